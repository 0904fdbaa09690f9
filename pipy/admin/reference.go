package admin

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"time"

	"pipy/pipy/admin/openapi"
	"pipy/pipy/reference/catalog"
)

// reference answers with all filters and classes, for editors to complete and
// explain.
func (s *Server) reference(w http.ResponseWriter, r *http.Request) {
	printed(w, r, "application/json", catalog.Reference().JSON)
}

// types answers with TypeScript declarations of the same.
func (s *Server) types(w http.ResponseWriter, r *http.Request) {
	printed(w, r, "text/plain; charset=utf-8", catalog.Reference().Types)
}

// openapi answers with the description of the API.
func (s *Server) openapi(w http.ResponseWriter, r *http.Request) {
	printed(w, r, "application/yaml", func(w io.Writer) error {
		_, err := w.Write(openapi.Document)
		return err
	})
}

// printed answers with what print writes, unless the client has it.
func printed(w http.ResponseWriter, r *http.Request, kind string, print func(io.Writer) error) {
	var b bytes.Buffer
	if err := print(&b); err != nil {
		fail(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", tagOf(b.Bytes()))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.Bytes()))
}

// tagOf returns the entity tag of a content.
func tagOf(content []byte) string {
	sum := sha256.Sum256(content)
	return fmt.Sprintf(`"%x"`, sum[:16])
}
