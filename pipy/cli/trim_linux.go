package cli

import (
	"bufio"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// trim unmaps the pages of the program's own code and constants, among them the
// tables of the runtime and embedded files. Starting runs and reads, and the kernel
// maps around that, most of them; serving needs a small part, which comes back from
// the page cache at the first use. What was written to at some time, by a dynamic
// linker or a debugger, is left alone, so nothing can be lost. Failures do no harm
// and are not reported.
func trim() {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer maps.Close()
	var start, end uint64 // of a mapping that may be dropped; else 0
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		// 00400000-00b86000 r-xp 00000000 fe:00 9996456 /usr/bin/pipy
		// ...
		// Anonymous:             0 kB
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) >= 5 && strings.Contains(fields[0], "-"):
			start, end = 0, 0
			if len(fields) == 6 && fields[5] == exe && !strings.Contains(fields[1], "w") {
				start, end = bounds(fields[0])
			}
		case start < end && len(fields) == 3 && fields[0] == "Anonymous:" && fields[1] == "0":
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, uintptr(start), uintptr(end-start), unix.MADV_DONTNEED)
		}
	}
}

// bounds returns where a mapping begins and ends; 0 when it is not understood.
func bounds(text string) (start, end uint64) {
	from, to, _ := strings.Cut(text, "-")
	start, err1 := strconv.ParseUint(from, 16, 64)
	end, err2 := strconv.ParseUint(to, 16, 64)
	if err1 != nil || err2 != nil {
		return 0, 0
	}
	return start, end
}
