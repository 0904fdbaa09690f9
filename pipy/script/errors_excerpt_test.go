package script

import (
	"strings"
	"testing"
)

func TestLongLinesAreShownAroundThePlace(t *testing.T) {
	long := strings.Repeat("ab", 500)
	for _, tt := range []struct {
		name, line string
		column     int
		want       string
		at         int
	}{
		{"short", "f(x)", 2, "f(x)", 2},
		{"beginning", "X" + long, 0, "X" + long[:159] + "...", 0},
		{"middle", long + "X" + long, 1000, "..." + long[:80] + "X" + long[:79] + "...", 83},
		{"end", long + "X", 1000, "..." + long[1:160] + "X", 162},
		{"behind", long, 1000, "..." + long[:160], 163},
		{"runes", strings.Repeat("é", 200), 100, "..." + strings.Repeat("é", 80) + "...", 83},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, at := excerpt(tt.line, tt.column)
			if got != tt.want || at != tt.at {
				t.Errorf("got %q, %d, want %q, %d", got, at, tt.want, tt.at)
			}
		})
	}
}
