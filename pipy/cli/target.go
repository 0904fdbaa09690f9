package cli

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"pipy/pipy/admin"
	"pipy/pipy/codebase"
	"pipy/pipy/fleet"
	"pipy/pipy/repo"
)

// newProcess finds out what the target is, and opens it.
func newProcess(o *options) (*process, error) {
	p := &process{options: o, exit: make(chan int, 1), restart: make(chan struct{}, 1)}
	if err := p.resolve(); err != nil {
		return nil, err
	}
	if o.verify && p.code == nil {
		p.close()
		return nil, fmt.Errorf("--verify: want a script or the URL of a codebase, got %s", p.mode.target())
	}
	if o.initRepo != "" && p.repo == nil || o.initCode != "" && p.repo == nil {
		p.close()
		return nil, fmt.Errorf("--init-repo and --init-code: want no target or the directory of a repo, got %s", p.mode.target())
	}
	if p.mode.opens() && o.adminOff && o.initCode == "" {
		p.close()
		return nil, fmt.Errorf("--admin-port-off: want a script, or --init-code: there is nothing else to do")
	}
	if p.mode.opens() && o.admin == "" {
		o.admin = admin.DefaultAddress
	}
	return p, nil
}

// mode is what the process is for.
type mode admin.Mode

// opens tells whether the admin port is open without being asked for.
func (m mode) opens() bool {
	return admin.Mode(m) != admin.ModeFile && admin.Mode(m) != admin.ModeWorker
}

// ends tells whether the process ends with its program.
func (m mode) ends() bool { return !m.opens() }

// target names what was given on the command line.
func (m mode) target() string {
	switch admin.Mode(m) {
	case admin.ModeRepo:
		return "a repo"
	case admin.ModeWorkspace:
		return "a folder"
	case admin.ModeProxy:
		return "the address of a repo"
	case admin.ModeWorker:
		return "a codebase"
	}
	return "a script"
}

// resolve tries what a target may be, in this order.
func (p *process) resolve() error {
	o := p.options
	switch {
	case o.eval && o.target == "":
		return fmt.Errorf("missing script to evaluate")
	case o.eval:
		p.mode, p.code = mode(admin.ModeFile), codebase.NewText(o.target)
		return nil
	case o.file && o.target == "":
		return fmt.Errorf("missing filename")
	case o.target == "" && o.verify:
		return fmt.Errorf("missing script to verify: want a file, a URL, or -e and an expression")
	case o.target == "":
		p.keep(repo.NewMemory())
		return nil
	case !o.file && (strings.HasPrefix(o.target, "http://") || strings.HasPrefix(o.target, "https://")):
		return p.resolveURL()
	}
	path, err := filepath.Abs(o.target)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	switch {
	case err != nil && !o.file && isHostPort(o.target):
		p.mode, p.upstream = mode(admin.ModeProxy), &url.URL{Scheme: "http", Host: o.target, Path: "/"}
		return nil
	case err != nil && o.target == dockerStart:
		return fmt.Errorf("%s: want no options beside it: they follow the script in PIPY_CONFIG_FILE", dockerStart)
	case err != nil:
		return fmt.Errorf("file or directory does not exist: %s", path)
	case info.IsDir() && o.gui:
		return p.openWorkspace(path)
	case info.IsDir():
		return p.openRepo(path)
	}
	return p.openFile(path)
}

// resolveURL tells the URL of a codebase from that of a repo.
func (p *process) resolveURL() error {
	u, err := url.Parse(p.options.target)
	if err != nil {
		return fmt.Errorf("invalid URL: %w", err)
	}
	if u.Host == "" {
		return fmt.Errorf("invalid URL: want a host, got %q", p.options.target)
	}
	if u.Path == "" || u.Path == "/" {
		p.mode, p.upstream = mode(admin.ModeProxy), u
		return nil
	}
	p.mode = mode(admin.ModeWorker)
	p.code, err = remoteCodebase(p.options)
	return err
}

// isHostPort tells whether a word is an address such as repo:6060.
func isHostPort(s string) bool {
	host, port, err := net.SplitHostPort(s)
	if err != nil || host == "" || strings.ContainsAny(host, "/\\") {
		return false
	}
	_, err = admin.ParseAddress(port)
	return err == nil
}

// openFile makes the folder of a script the codebase. Scripts name files
// relative to it.
func (p *process) openFile(path string) error {
	dir, name := filepath.Split(path)
	if err := os.Chdir(dir); err != nil {
		return err
	}
	folder, err := admin.OpenFolder(filepath.Clean(dir), "/"+name)
	if err != nil {
		return err
	}
	p.mode, p.folder = mode(admin.ModeFile), folder
	p.code = &local{Folder: codebase.NewFolder(path), main: folder.Main}
	return nil
}

// openWorkspace serves a folder to the console. Nothing runs until somebody
// plays a script.
func (p *process) openWorkspace(path string) error {
	if err := os.Chdir(path); err != nil {
		return err
	}
	main := ""
	folder, err := admin.OpenFolder(path, main)
	if err != nil {
		return err
	}
	if folder.Has("/main.js") {
		_ = folder.SetMain("/main.js")
	}
	p.mode, p.folder = mode(admin.ModeWorkspace), folder
	return nil
}

// openRepo opens or makes the store in a directory.
func (p *process) openRepo(path string) error {
	r, err := repo.Open(path)
	if err != nil {
		return err
	}
	p.keep(r)
	return nil
}

// keep makes a repo that of the process, whose workers hear of its changes.
func (p *process) keep(r *repo.Repo) {
	p.mode, p.repo, p.fleet = mode(admin.ModeRepo), r, fleet.NewRegistry(fleet.RegistryOptions{})
	r.OnCommit(p.fleet.Changed)
}
