package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// patience bounds how long a program may take for something.
const patience = 30 * time.Second

// asRoot skips a test that needs the rights of root.
func asRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs to be root: chroot, users, a network of its own")
	}
}

// passable lets other users come to a folder of this test.
func passable(t *testing.T, root string) {
	t.Helper()
	for dir := root; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// alone runs f on a thread with a network of its own, where all ports are free,
// and with /dev and /proc below root, as in a container. What f starts and dials is in it
// too.
func alone(t *testing.T, root string, f func()) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		defer close(done)      // also when f fails
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
		if err := enter(root); err != nil {
			done <- err
			return
		}
		f()
	}()
	if err := <-done; err != nil {
		t.Skipf("a network and a file system of its own: %v", err)
	}
}

// enter gives this thread a network and a view of the file system of its own.
func enter(root string) error {
	if err := syscall.Unshare(syscall.CLONE_NEWNET | syscall.CLONE_NEWNS); err != nil {
		return err
	}
	if err := loopbackUp(); err != nil {
		return err
	}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return err
	}
	for _, dir := range []string{"/dev", "/proc"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return err
		}
		if err := syscall.Mount(dir, filepath.Join(root, dir), "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
			return err
		}
	}
	return nil
}

// loopbackUp brings the interface lo up.
func loopbackUp() error {
	s, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(s)
	request := struct { // struct ifreq of netdevice(7)
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}{flags: syscall.IFF_UP | syscall.IFF_RUNNING}
	copy(request.name[:], "lo")
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(s), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request)))
	if errno != 0 {
		return errno
	}
	return nil
}

// process is a program that runs in a root of its own.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended

	mu  sync.Mutex
	out bytes.Buffer // guarded by mu
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

func (p *process) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// start runs a command below root, as a user.
func start(t *testing.T, root string, uid, gid uint32, env []string, name string, args ...string) *process {
	t.Helper()
	p := &process{t: t, done: make(chan struct{})}
	p.cmd = &exec.Cmd{
		Path: name, Args: append([]string{filepath.Base(name)}, args...), Env: env, Dir: "/",
		SysProcAttr: &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: uid, Gid: gid}},
	}
	p.cmd.Stdout, p.cmd.Stderr = p, p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // the state is looked at where it matters
		close(p.done)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it may have ended
		<-p.done
	})
	return p
}

// until waits until f holds.
func (p *process) until(what string, f func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !f(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("waited in vain until %s; it says:\n%s", what, p.text())
		}
	}
}

// signal sends a signal.
func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// end asks the program to end, and checks that it does so in good order.
func (p *process) end() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	p.wants(0)
}

// wants waits for the end, and checks the exit status.
func (p *process) wants(code int) {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatalf("want it to end; it says:\n%s", p.text())
	}
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.t.Errorf("got exit status %d, want %d; it says:\n%s", got, code, p.text())
	}
}

// answers waits until a request is answered, and returns the answer. The dial
// happens on this thread, so in the network that it has.
func (p *process) answers(address, method, path, body string) string {
	p.t.Helper()
	var got string
	p.until(address+" answers", func() bool {
		c, err := net.DialTimeout("tcp", address, patience)
		if err != nil {
			return false
		}
		defer c.Close()
		if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
			return false
		}
		fmt.Fprintf(c, "%s %s HTTP/1.1\r\nHost: pipy\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", method, path, len(body), body)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		var b bytes.Buffer
		_, err = b.ReadFrom(resp.Body)
		got = b.String()
		return err == nil
	})
	return got
}

// children returns the processes that a process has started and that live.
func (p *process) children() []int {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	var all []int
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			continue // the thread has ended
		}
		for _, word := range strings.Fields(string(text)) {
			pid, err := strconv.Atoi(word)
			if err != nil {
				p.t.Fatal(err)
			}
			all = append(all, pid)
		}
	}
	return all
}
