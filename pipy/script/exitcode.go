package script

import (
	"os/exec"
	"syscall"
)

// exitCode returns the exit status of a program; 128 and the number of the
// signal that ended it, as shells have it.
func exitCode(e *exec.ExitError) int {
	if s, ok := e.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return 128 + int(s.Signal())
	}
	return e.ExitCode()
}
