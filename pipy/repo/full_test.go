//go:build linux

package repo

import (
	"errors"
	"net/http"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// TestFullDiskLosesNothing bounds the size of files of this process for a while.
func TestFullDiskLosesNothing(t *testing.T) {
	dir := t.TempDir()
	r := reopen(t, dir)
	create(t, r, "/app", "1", "")
	h := NewHandler(r, HandlerOptions{})
	var before syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: before.Max}))
	limited := true
	lift := func() {
		if limited {
			limited = false
			must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before))
		}
	}
	defer lift()
	kept := map[string]string{}
	refused := false
	for _, name := range strings.Fields("/a /b /c /d /e /f /g /h") {
		text := strings.Repeat(name, 100<<10)
		_, err := r.Write("/app", name, []byte(text), Condition{})
		switch {
		case err == nil:
			kept[name] = text
		case !errors.Is(err, ErrFull):
			t.Errorf("write: got %v, want ErrFull", err)
		default:
			refused = true
		}
	}
	if !refused || len(kept) == 0 {
		t.Fatalf("%d files were kept, want some, and others refused", len(kept))
	}
	w := ask(h, "POST /api/v1/repo/app/x "+strings.Repeat("x", 500<<10), "")
	if w.Code != http.StatusInsufficientStorage || !strings.Contains(w.Body.String(), "no room left") {
		t.Errorf("POST: got status %d %q, want 507 and the reason", w.Code, w.Body)
	}
	check := func() {
		t.Helper()
		for name, text := range kept {
			if w := ask(h, "GET /api/v1/repo/app"+name, ""); w.Body.String() != text {
				t.Errorf("%s: got %d bytes, want %d", name, w.Body.Len(), len(text))
			}
		}
	}
	check()
	lift()
	if _, err := r.Write("/app", "/later", []byte("x"), Condition{}); err != nil {
		t.Errorf("write when there is room again: %v", err)
	}
	must(t, r.Close())
	r = reopen(t, dir)
	defer r.Close()
	h = NewHandler(r, HandlerOptions{})
	check()
}
