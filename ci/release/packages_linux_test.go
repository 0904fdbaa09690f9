package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// machine names this machine as packagers do.
func machine(deb bool) string {
	switch {
	case deb:
		return runtime.GOARCH
	case runtime.GOARCH == "arm64":
		return "aarch64"
	}
	return "x86_64"
}

// applets are the commands that the scripts of a package use.
var applets = []string{"sh", "grep", "cat", "id", "true", "rm"}

// Commands of Alpine, as far as the scripts use them: a busybox of Debian does
// without.
const (
	addgroup = `#!/bin/sh
[ "$1" = -S ] && echo "$2:x:999:" >>/etc/group
`
	adduser = `#!/bin/sh
while getopts SDHh:s:G:g: flag; do
	case $flag in
	h) home=$OPTARG ;;
	s) shell=$OPTARG ;;
	G) grep -q "^$OPTARG:" /etc/group || exit 1 ;;
	esac
done
shift $((OPTIND - 1))
echo "$1:x:999:999::$home:$shell" >>/etc/passwd
`
)

// scratch makes a root in which nothing is installed but a shell and what makes
// users. It returns its path.
func scratch(t *testing.T) string {
	t.Helper()
	asRoot(t)
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		t.Skip("needs busybox, a static one, for the scripts of a package")
	}
	root := t.TempDir()
	for _, dir := range []string{"bin", "dev", "etc", "var/lib"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	files := tree{{name: "bin/busybox", mode: 0o755, body: read(t, busybox)}}
	files.add("etc/passwd", 0o644, "root:x:0:0:root:/:/bin/sh\n")
	files.add("etc/group", 0o644, "root:x:0:\n")
	files.add("bin/addgroup", 0o755, addgroup)
	files.add("bin/adduser", 0o755, adduser)
	files.add("dev/null", 0o666, "")
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(root, f.name), f.body, f.mode); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("chroot", root, "/bin/busybox", "true").CombinedOutput(); err != nil {
		t.Skipf("busybox is not static: %v %s", err, out)
	}
	for _, name := range applets {
		if err := os.Symlink("busybox", filepath.Join(root, "bin", name)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// packager installs and removes one kind of package.
type packager struct {
	name     string
	tool     string // the command that it needs
	settings string // the file with the settings of the service
	service  string // the file that tells the service manager
	install  func(t *testing.T, root string)
	remove   func(t *testing.T, root string)
}

var packagers = []packager{
	{
		name: "deb", tool: "dpkg", settings: "/etc/default/pipy", service: "/usr/lib/systemd/system/pipy.service",
		install: func(t *testing.T, root string) {
			for _, dir := range []string{"var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"} {
				if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			status, err := os.OpenFile(filepath.Join(root, "var/lib/dpkg/status"), os.O_CREATE, 0o644)
			if err != nil {
				t.Fatal(err)
			}
			status.Close()
			output(t, "dpkg", "--root="+root, "--force-confold", "--install", one(t, "pipy_*_"+machine(true)+".deb"))
		},
		remove: func(t *testing.T, root string) { output(t, "dpkg", "--root="+root, "--remove", "pipy") },
	},
	{
		name: "rpm", tool: "rpm", settings: "/etc/sysconfig/pipy", service: "/usr/lib/systemd/system/pipy.service",
		install: func(t *testing.T, root string) {
			output(t, "rpm", "--root="+root, "--dbpath=/var/lib/rpm", "--nodeps", "--upgrade", "--replacepkgs", one(t, "pipy-*."+machine(false)+".rpm"))
		},
		remove: func(t *testing.T, root string) {
			output(t, "rpm", "--root="+root, "--dbpath=/var/lib/rpm", "--erase", "pipy")
		},
	},
	{
		name: "apk", tool: "tar", settings: "/etc/conf.d/pipy", service: "/etc/init.d/pipy",
		// Without apk itself: its scripts and its files, in its order.
		install: func(t *testing.T, root string) {
			dir := t.TempDir()
			output(t, "tar", "--warning=no-unknown-keyword", "-xpzf", one(t, "pipy_*_"+machine(false)+".apk"), "-C", dir)
			for _, name := range []string{".pre-install", ".post-install"} {
				if err := os.WriteFile(filepath.Join(root, name), read(t, filepath.Join(dir, name)), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			output(t, "chroot", root, "/.pre-install", "1.0")
			if _, err := os.Stat(filepath.Join(root, "usr/bin/pipy")); err != nil {
				output(t, "cp", "-a", filepath.Join(dir, "etc"), filepath.Join(dir, "usr"), root)
			}
			output(t, "chroot", root, "/.post-install", "1.0")
		},
	},
}

func TestPackagesInstallRunAndLeave(t *testing.T) {
	for _, p := range packagers {
		t.Run(p.name, func(t *testing.T) {
			if _, err := exec.LookPath(p.tool); err != nil {
				t.Skip(err)
			}
			packed(t)
			root := scratch(t)
			p.install(t, root)
			p.check(t, root)
			checkProgram(t, root)

			// What the operator has changed stays: through a second installation, and
			// through removal.
			config := filepath.Join(root, "etc/pipy/pipy.js")
			if err := os.WriteFile(config, []byte("// mine\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			p.install(t, root)
			if got := string(read(t, config)); got != "// mine\n" {
				t.Errorf("pipy.js: got %q after a second installation", got)
			}
			if got := strings.Count(string(read(t, filepath.Join(root, "etc/passwd"))), "\npipy:"); got != 1 {
				t.Errorf("got %d users called pipy after a second installation", got)
			}
			if p.remove == nil {
				return
			}
			p.remove(t, root)
			if _, err := os.Lstat(filepath.Join(root, "usr/bin/pipy")); !os.IsNotExist(err) {
				t.Errorf("the program after removal: got %v, want it to be gone", err)
			}
			if got := string(read(t, filepath.Join(root, "etc/passwd"))); !strings.Contains(got, "\npipy:") {
				t.Errorf("got users %q after removal, want pipy to stay", got)
			}
		})
	}
}

// check looks at what was installed.
func (p packager) check(t *testing.T, root string) {
	t.Helper()
	for name, mode := range map[string]os.FileMode{
		"/usr/bin/pipy": 0o755, "/etc/pipy/pipy.js": 0o644, "/etc/pipy/www/index.html": 0o644, p.settings: 0o640,
		"/usr/share/pipy/test/001-echo/pipy.js": 0o644, "/usr/share/pipy/tutorial/01-hello/hello.js": 0o644,
		"/usr/share/pipy/pipy.d.ts": 0o644, "/usr/share/doc/pipy/README.md": 0o644, "/usr/share/doc/pipy/" + notices: 0o644,
		"/etc/pipy": os.ModeDir | 0o755, "/usr/share/pipy/tutorial/01-hello": os.ModeDir | 0o755,
		p.service: map[bool]os.FileMode{true: 0o755, false: 0o644}[p.name == "apk"],
	} {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			t.Error(err)
			continue
		}
		owner := info.Sys().(*syscall.Stat_t)
		if info.Mode() != mode || owner.Uid != 0 || owner.Gid != 0 {
			t.Errorf("%s: got %v of %d:%d, want %v of root", name, info.Mode(), owner.Uid, owner.Gid, mode)
		}
	}
	if got, err := os.Readlink(filepath.Join(root, "usr/local/bin/pipy")); got != "/usr/bin/pipy" {
		t.Errorf("/usr/local/bin/pipy: got %q, %v", got, err)
	}
	if got := string(read(t, filepath.Join(root, "etc/passwd"))); !strings.Contains(got, "\npipy:") || !strings.Contains(got, ":/etc/pipy:/sbin/nologin\n") {
		t.Errorf("got users %q, want pipy among them", got)
	}
	enabled, err := filepath.Glob(filepath.Join(root, "etc/systemd/system/*.wants/*"))
	if err != nil || len(enabled) != 0 {
		t.Errorf("got the enabled services %q, want none", enabled)
	}
}

// checkProgram runs what was installed as the service would.
func checkProgram(t *testing.T, root string) {
	t.Helper()
	passable(t, root)
	alone(t, root, func() {
		p := start(t, root, 1340, 1340, nil, "/usr/bin/pipy", "/etc/pipy/pipy.js")
		if got := p.answers("127.0.0.1:6080", "GET", "/", ""); !strings.Contains(got, "It works") {
			t.Errorf("got %q", got)
		}
		p.signal(syscall.SIGHUP)
		p.until("it has reloaded", func() bool { return strings.Contains(p.text(), "Codebase reloaded") })
		p.end()
	})
}

func TestUnitIsCorrectAndHardened(t *testing.T) {
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip(err)
	}
	// The program need not be installed on this machine.
	text := strings.ReplaceAll(string(read(t, "../package/pipy.service")), "/usr/bin/pipy", "/bin/true")
	unit := filepath.Join(t.TempDir(), "pipy.service")
	if err := os.WriteFile(unit, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "verify", "--man=no", unit).CombinedOutput()
	if err != nil || strings.Contains(string(out), unit) {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	// 1.6 of 10, the less the better; it was 9.2 without the hardening.
	if out, err := exec.Command(tool, "security", "--offline=true", "--threshold=20", unit).CombinedOutput(); err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, out)
	}
}
