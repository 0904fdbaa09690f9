package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/json"
	"io"
	"os"
	"strings"
)

// console is the form that the console shows within its own pages, at
// /docs/PATH, or /docs/LANGUAGE/PATH for other languages than English. There,
// /docs/reference/filters/NAME and /docs/reference/api/NAME are printed by the
// program.
type console struct{ *site }

// consolePath returns the path of a page in the console.
func consolePath(p *page) string {
	name := strings.TrimSuffix(p.out, ".html")
	if p.lang != "en" {
		name = strings.TrimRight(strings.TrimSuffix(name, p.lang), "._")
	}
	if name != "index" {
		name = strings.TrimSuffix(name, "/index")
	}
	if p.lang != "en" {
		name = p.lang + "/" + name
	}
	return name
}

// inConsole tells whether the console gets a page.
func inConsole(p *page) bool {
	switch p.group {
	case groupStart, groupGuides, groupTutorials:
		return true
	case groupInside:
		return p.src == "docs/glossary.md"
	}
	return false
}

func (c console) href(from *page, l *link) string {
	fragment := ""
	if l.fragment != "" {
		fragment = "#" + l.fragment
	}
	switch {
	case l.page == nil:
		return ""
	case l.page == from && fragment != "":
		return fragment
	case l.page.src == "docs/reference/README.md":
		return "/docs/reference/filters"
	case inConsole(l.page) && c.bySrc[l.page.src] != nil, l.page.group == groupFilters, l.page.group == groupAPI:
		return "/docs/" + consolePath(l.page) + fragment
	}
	return ""
}

func (console) code(w *bytes.Buffer, language, text string) { plainCode(w, language, text) }

// file is one that the console gets.
type file struct {
	name string // with slashes
	data []byte
}

// consolePages returns the pages for the console and their list, index.json.
func (s *site) consolePages() ([]file, error) {
	type entry struct {
		Path  string `json:"path"`
		Title string `json:"title"`
		Group string `json:"group"`
		Lang  string `json:"lang"`
	}
	list := []entry{}
	var files []file
	for _, p := range s.pages {
		if !inConsole(p) {
			continue
		}
		body, err := s.render(p, console{s})
		if err != nil {
			return nil, err
		}
		e := entry{consolePath(p), p.title, p.group, p.lang}
		files = append(files, file{e.Path + ".html", []byte(body)})
		list = append(list, e)
	}
	index, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	return append(files, file{"index.json", index}), nil
}

// writePages writes files below a folder, and nothing else stays there.
func writePages(dir string, files []file) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for _, f := range files {
		if err := writeFile(dir, f.name, f.data); err != nil {
			return err
		}
	}
	return nil
}

// pack returns an archive of the files: the same bytes for the same files.
func pack(files []file) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}
