package cli

import (
	"context"
	"fmt"
	"path"

	"pipy/pipy/logging"
	"pipy/pipy/repo"
	"pipy/tutorial"
)

// seedTutorial puts the steps of the tutorial into a new repo. Each is derived from
// the one that it builds on. In a repo that is in use they may have been deleted on
// purpose.
func seedTutorial(r *repo.Repo) error {
	if len(r.List("")) > 0 {
		return nil
	}
	name := func(step string) string { return "/tutorial/" + step }
	for _, s := range tutorial.Steps() {
		base := ""
		if s.Base != "" {
			base = name(s.Base)
		}
		if err := r.Seed(name(s.Name), s.FS(), "/"+s.Main, base); err != nil {
			return fmt.Errorf("%s: %w", name(s.Name), err)
		}
	}
	return nil
}

// fill puts into the repo what it is to begin with.
func (p *process) fill() error {
	if p.repo == nil {
		return nil
	}
	if p.options.tutorial {
		if err := seedTutorial(p.repo); err != nil {
			return err
		}
	}
	if p.options.initRepo == "" {
		return nil
	}
	if err := p.repo.Fill(p.options.initRepo); err != nil {
		return fmt.Errorf("--init-repo: %w", err)
	}
	return nil
}

// playFirst runs the codebase that --init-code names. One that does not run can be
// mended at the console, if there is one.
func (p *process) playFirst(ctx context.Context) error {
	if p.options.initCode == "" {
		return nil
	}
	err := p.Play(ctx, path.Clean("/"+p.options.initCode))
	if err != nil && p.admin != nil {
		logging.Errorf("codebase", "--init-code: %v", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("--init-code: %w", err)
	}
	return nil
}
