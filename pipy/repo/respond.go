package repo

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"pipy/pipy/logging"
)

// complaint is an error in a request, in the words that clients know.
type complaint string

// Error returns the words.
func (c complaint) Error() string { return string(c) }

func complain(text string) error { return complaint(text) }

// statuses tells how errors are answered, the first that fits. What is not there is
// our own trouble.
var statuses = []struct {
	err    error
	status int
}{
	{ErrNotFound, http.StatusNotFound},
	{ErrNoFile, http.StatusNotFound},
	{ErrNoVersion, http.StatusNotFound},
	{ErrTooLarge, http.StatusRequestEntityTooLarge},
	{ErrChanged, http.StatusPreconditionFailed},
	{ErrUncommitted, http.StatusConflict},
	{ErrExists, http.StatusBadRequest},
	{ErrNested, http.StatusBadRequest},
	{ErrNoBase, http.StatusBadRequest},
	{ErrArchive, http.StatusBadRequest},
	{ErrName, http.StatusBadRequest},
	{ErrVersion, http.StatusBadRequest},
	{ErrFull, http.StatusInsufficientStorage}, // RFC 4918, 11.5
}

// describe returns the status and the text that an error is answered with.
func describe(err error) (status int, text string) {
	if known := complaint(""); errors.As(err, &known) {
		return http.StatusBadRequest, string(known)
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge, "Too large: want at most " + strconv.FormatInt(tooLarge.Limit, 10) + " bytes"
	}
	text = err.Error()
	for _, s := range statuses {
		if errors.Is(err, s.err) {
			if s.err == ErrNotFound {
				text = "Codebase not found"
			}
			if s.status >= http.StatusInternalServerError {
				logging.Errorf("repo", "%v", err)
			}
			return s.status, text
		}
	}
	logging.Errorf("repo", "%v", err)
	return http.StatusInternalServerError, text
}

// sendError answers as the original does: with a text.
func sendError(w http.ResponseWriter, err error) {
	status, text := describe(err)
	sendText(w, status, []byte(text))
}

// sendJSONError answers as newer endpoints do.
func sendJSONError(w http.ResponseWriter, err error) {
	status, text := describe(err)
	sendJSON(w, status, map[string]string{"error": text})
}

func sendText(w http.ResponseWriter, status int, text []byte) {
	w.Header().Set("Content-Type", "text/plain")
	send(w, status, text)
}

func sendJSON(w http.ResponseWriter, status int, value any) {
	b, err := json.Marshal(value)
	if err != nil {
		sendError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	send(w, status, b)
}

func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // there is nobody to tell that the client is gone
}

// sendTagged answers with a content, or says that the client has it already
// (RFC 9110, 13.1.2).
func sendTagged(w http.ResponseWriter, r *http.Request, etag string, content []byte) {
	w.Header().Set("ETag", etag)
	known := tags(r, "If-None-Match")
	if slices.Contains(known, strings.Trim(etag, `"`)) || slices.Contains(known, "*") {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	sendText(w, http.StatusOK, content)
}

func quote(tag string) string { return `"` + tag + `"` }

// tags returns the tags in a header. Quotes may be left out, as workers do, and weak
// ones are as good as others: proxies that compress make them weak.
func tags(r *http.Request, header string) []string {
	var list []string
	for _, value := range r.Header.Values(header) {
		for tag := range strings.SplitSeq(value, ",") {
			tag = strings.TrimSpace(tag)
			if tag = strings.Trim(strings.TrimPrefix(tag, "W/"), `"`); tag != "" {
				list = append(list, tag)
			}
		}
	}
	return list
}

// fileCondition returns what a request demands of a file before it is changed.
func fileCondition(r *http.Request) (c Condition, err error) {
	c.Match = tags(r, "If-Match")
	switch none := tags(r, "If-None-Match"); {
	case len(none) == 0:
	case slices.Equal(none, []string{"*"}):
		c.New = true
	default:
		err = complain("Invalid If-None-Match: want *")
	}
	return c, err
}

// versionCondition returns the version that a request demands of a codebase before
// it is committed, "" for any.
func versionCondition(r *http.Request) (string, error) {
	switch list := tags(r, "If-Match"); {
	case len(list) == 0 || slices.Equal(list, []string{"*"}):
		return "", nil
	case len(list) == 1:
		return list[0], nil
	}
	return "", complain("Invalid If-Match: want one version")
}
