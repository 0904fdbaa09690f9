package logging

import (
	"testing"
	"time"
)

func TestLinesAreTakenApart(t *testing.T) {
	at := time.Date(2026, 11, 21, 22, 38, 30, 638e6, time.Local)
	for record, want := range map[string]Line{
		"2026-11-21 22:38:30.638 [INF] [config] Module /hello.js": {at, Info, "config", "Module /hello.js"},
		"2026-11-21 22:38:30.638 [ERR]     In x at line 1":        {at, Error, Plain, "    In x at line 1"},
		"2026-11-21 22:38:30.638 [DBG] [a b] c":                   {at, Debug, Plain, "[a b] c"},
		"2026-11-21 22:38:30.638 [WRN] [config]":                  {at, Warn, "config", ""},
		"2026-11-21 22:38:30.638 [INF] [":                         {at, Info, Plain, "["},
		"anything":                                                {time.Time{}, Info, Plain, "anything"},
		"":                                                        {},
	} {
		if got := ParseLine([]byte(record)); got != want {
			t.Errorf("%q: got %+v, want %+v", record, got, want)
		}
	}
	for _, name := range []string{"debug", "info", "warn", "error"} {
		if level, ok := ParseLevel(name); !ok || level.String() != name {
			t.Errorf("%s: got %v", name, level)
		}
	}
}

func TestHistoryNumbersItsRecords(t *testing.T) {
	h := &History{limit: 15} // three records of one byte
	var numbers []uint64
	for _, r := range []string{"a", "b"} {
		h.add([]byte(r))
	}
	records, total, cancel := h.Follow(1, func(n uint64, _ []byte) { numbers = append(numbers, n) })
	if join(records) != "b" || total != 2 {
		t.Errorf("got %q of %d, want b of 2", join(records), total)
	}
	for _, r := range []string{"c", "d", "e"} {
		h.add([]byte(r))
	}
	cancel()
	h.add([]byte("f"))
	if len(numbers) != 3 || numbers[0] != 3 || numbers[2] != 5 {
		t.Errorf("got %v, want 3 4 5", numbers)
	}
	for n, want := range map[uint64]string{0: "d e f", 3: "d e f", 4: "e f", 5: "f", 6: "", 99: ""} {
		if records, total := h.After(n); join(records) != want || total != 6 {
			t.Errorf("after %d: got %q of %d, want %q of 6", n, join(records), total, want)
		}
	}
	h.add([]byte("longer than the limit"))
	if records, total := h.After(0); len(records) != 0 || total != 7 {
		t.Errorf("after a long one: got %q of %d", join(records), total)
	}
}
