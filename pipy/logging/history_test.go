package logging

import (
	"fmt"
	"strings"
	"testing"
)

func join(records [][]byte) string {
	var s []string
	for _, r := range records {
		s = append(s, string(r))
	}
	return strings.Join(s, " ")
}

func TestHistoryKeepsRecentRecords(t *testing.T) {
	for _, tt := range []struct {
		limit   int
		records string
		want    string
	}{
		{100, "a b c", "a b c"},
		{15, "a b c d", "b c d"},
		{14, "a b c d", "c d"},
		{10, "a b longer", "longer"},
		{10, "a b longer c", "c"},
		{10, "a b toolong c", "c"},
		{0, "a b", ""},
		{-1, "a b", ""},
	} {
		h := &History{limit: tt.limit}
		for _, r := range strings.Fields(tt.records) {
			h.add([]byte(r))
		}
		if got := join(h.Records()); got != tt.want {
			t.Errorf("%d bytes of %s: got %q, want %q", tt.limit, tt.records, got, tt.want)
		}
	}
}

func TestHistoryStaysWithinItsLimitForever(t *testing.T) {
	const limit = 1000
	h := &History{limit: limit}
	for i := range 10000 {
		h.add(fmt.Appendf(nil, "record %d", i))
	}
	records := h.Records()
	size := 0
	for i, r := range records {
		size += recordHead + len(r)
		if want := fmt.Sprint("record ", 10000-len(records)+i); string(r) != want {
			t.Fatalf("got %q, want %q", r, want)
		}
	}
	if size > limit || size < limit-20 {
		t.Errorf("got %d bytes, want nearly %d", size, limit)
	}
	if cap(h.buf) > 4*limit {
		t.Errorf("takes %d bytes of memory", cap(h.buf))
	}
	h.setLimit(100)
	if got := h.Records(); len(got) != 6 || string(got[5]) != "record 9999" {
		t.Errorf("after the limit shrank: got %q", join(got))
	}
	h.setLimit(0)
	if got := h.Records(); len(got) != 0 {
		t.Errorf("without room: got %q", join(got))
	}
}

func TestHistoryWatchMissesNothing(t *testing.T) {
	h := &History{limit: 100}
	h.add([]byte("a"))
	var seen [][]byte
	watch := func(r []byte) { seen = append(seen, append([]byte(nil), r...)) }
	records, cancel := h.Watch(watch)
	_, cancelOther := h.Watch(func([]byte) {})
	h.add([]byte("b"))
	cancelOther()
	h.add([]byte("c"))
	cancel()
	cancel()
	h.add([]byte("d"))
	if got := join(records) + "|" + join(seen); got != "a|b c" {
		t.Errorf("got %q, want a|b c", got)
	}
}

func TestHistoriesOfTheProcess(t *testing.T) {
	defer forget(t.Name())
	defer SetHistoryLimit(DefaultHistoryLimit)
	if LookupHistory("none") != nil {
		t.Error("a log that never was has a history")
	}
	if LookupHistory(ProcessLog) == nil {
		t.Error("the process log has no history")
	}
	one, two := NewLogger(t.Name()), NewLogger(t.Name())
	one.Log([]byte("a"))
	two.Log([]byte("b"))
	h := LookupHistory(t.Name())
	if got := join(h.Records()); got != "a b" {
		t.Errorf("got %q, want a b", got)
	}
	SetHistoryLimit(5)
	if got := join(h.Records()); got != "b" {
		t.Errorf("got %q, want b", got)
	}
	if h := openHistory("another one"); h.limit != 5 {
		t.Errorf("a later history keeps %d bytes, want 5", h.limit)
	}
}

func BenchmarkHistory(b *testing.B) {
	h := &History{limit: DefaultHistoryLimit}
	record := make([]byte, 100)
	b.ReportAllocs()
	for b.Loop() {
		h.add(record)
	}
}

// forget takes a test's history out of those of the process.
func forget(name string) { delete(histories.byName, name) }
