package admin

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pipy/pipy/worker"
)

func TestProgramIsPlayedReloadedAndStopped(t *testing.T) {
	b := newBench(t, "127.0.0.1", Access{})
	b.want(b.ask("POST", "/api/v1/program", "/app\n"), http.StatusCreated)
	b.want(b.ask("PATCH", "/api/v1/program", ""), http.StatusCreated)
	b.want(b.ask("DELETE", "/api/v1/program", ""), http.StatusNoContent)
	if want := []string{"play /app", "reload", "stop"}; !slices.Equal(b.process.calls, want) {
		t.Errorf("got %q, want %q", b.process.calls, want)
	}
}

func TestFailuresToStart(t *testing.T) {
	b := newBench(t, "127.0.0.1", Access{})
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{&NotFound{"/x"}, 500, "Codebase not found: /x"},
		{ErrNoCodebase, 400, "No codebase"},
		{ErrNoMain, 400, "No main script"},
		{worker.ErrNoProgram, 400, "No program running"},
		{http.ErrBodyNotAllowed, 400, "Failed to start up"},
	} {
		b.process.fail = c.err
		if w := b.ask("POST", "/api/v1/program", "/x"); w.Code != c.status || w.Body.String() != c.text {
			t.Errorf("%v: got %d with %q", c.err, w.Code, w.Body)
		}
		w := b.ask("POST", "/api/v1/program", "/x", "Accept", "text/html, application/json;q=0.9")
		if w.Code != c.status || !strings.Contains(w.Body.String(), `{"error":"`+c.text+`","problems":[`) {
			t.Errorf("%v: got %d with %q", c.err, w.Code, w.Body)
		}
	}
}

func TestProblemsHavePlaces(t *testing.T) {
	b := newBench(t, "127.0.0.1", Access{})
	b.process.fail = b.run("pipy()\n  .nonesuch()")
	w := b.ask("POST", "/api/v1/program", "/app", "Accept", "application/json")
	var answer struct{ Problems []worker.Problem }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer.Problems) != 1 {
		t.Fatalf("got %s and %v", w.Body, err)
	}
	if p := answer.Problems[0]; p.Line != 2 || p.Column == 0 || p.File == "" || !strings.Contains(p.Message, "nonesuch") {
		t.Errorf("got %+v", p)
	}
}

func TestOptionsAreTextOfFlags(t *testing.T) {
	b := newBench(t, "127.0.0.1", Access{})
	if w := b.ask("GET", "/options", ""); w.Body.String() != "--log-level=info" {
		t.Errorf("got %q", w.Body)
	}
	b.want(b.ask("POST", "/options", ""), http.StatusNoContent)
	b.want(b.ask("POST", "/options", "--log-level=debug"), http.StatusOK)
	if want := []string{"options --log-level=debug"}; !slices.Equal(b.process.calls, want) {
		t.Errorf("got %q, want %q", b.process.calls, want)
	}
}

func TestReference(t *testing.T) {
	b := newBench(t, "127.0.0.1", Access{})
	w := b.ask("GET", "/api/v1/reference.json", "")
	var all struct {
		Filters []struct{ Name string }
		Classes []struct{ Name string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &all); err != nil || len(all.Filters) < 60 || len(all.Classes) < 20 {
		t.Errorf("got %d filters, %d classes and %v", len(all.Filters), len(all.Classes), err)
	}
	b.want(b.ask("GET", "/api/v1/reference.json", "", "If-None-Match", w.Header().Get("ETag")), http.StatusNotModified)
	if w := b.ask("GET", "/pipy.d.ts", ""); !strings.Contains(w.Body.String(), "interface") {
		t.Errorf("got %.100q", w.Body)
	}
}
