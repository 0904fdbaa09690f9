package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"pipy/pipy/admin"
	"pipy/pipy/codebase"
	"pipy/pipy/logging"
	"pipy/pipy/worker"
)

// Group returns the workers.
func (p *process) Group() *worker.Group { return p.group }

// Program names what runs.
func (p *process) Program() string {
	if version, _ := p.group.Running(); version == nil {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.program
}

func (p *process) setProgram(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.program = name
}

// Play runs a codebase of the repo, or "/" for that of the process, or a script
// of the workspace.
func (p *process) Play(ctx context.Context, name string) error {
	source, err := p.source(name)
	if err != nil {
		return err
	}
	if err := p.group.Run(ctx, source); err != nil {
		logNoProgram(err)
		return err
	}
	p.setProgram(name)
	return nil
}

// source finds what can be played under a name.
func (p *process) source(name string) (codebase.Codebase, error) {
	switch {
	case p.repo != nil:
		if !p.repo.Has(name) {
			return nil, &admin.NotFound{Name: name}
		}
		return &played{p.repo, name}, nil
	case p.mode == mode(admin.ModeWorkspace):
		return p.script(name)
	case p.code == nil || name != "/":
		return nil, admin.ErrNoCodebase
	}
	return p.code, nil
}

// script is the codebase of a workspace with one of its scripts as the main one.
func (p *process) script(name string) (codebase.Codebase, error) {
	main := p.folder.Main
	if name != "/" {
		main = func() string { return name }
	}
	if main() == "" || !p.folder.Has(main()) {
		return nil, admin.ErrNoMain
	}
	return &local{Folder: codebase.NewFolder(filepath.Join(p.folder.Dir(), "main.js")), main: main}, nil
}

// Reload runs the newest version of what runs.
func (p *process) Reload(ctx context.Context) error { return p.group.Reload(ctx) }

// Stop ends the program, not the process.
func (p *process) Stop() { p.group.Stop() }

// Options returns the flags in force.
func (p *process) Options() string { return p.options.inForce() }

// SetOptions changes the level of the log. Other flags need a new process.
func (p *process) SetOptions(text string) error {
	wanted := ""
	for _, word := range strings.Fields(text) {
		name, value, _ := strings.Cut(word, "=")
		switch _, known := find(name); {
		case !known:
			return fmt.Errorf("unknown option: %s", word)
		case name != levelFlag:
			return fmt.Errorf("%s: cannot be changed in a running process: want %s", name, levelFlag)
		}
		wanted = value
	}
	if err := logging.SetLevel(wanted); err != nil {
		return err
	}
	p.options.set(levelFlag, wanted)
	return nil
}
