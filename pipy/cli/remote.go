package cli

import (
	"context"
	"os"
	"path/filepath"

	"pipy/pipy/codebase"
	"pipy/pipy/fleet"
	"pipy/pipy/logging"
	"pipy/pipy/script"
)

// remoteCodebase returns the codebase at the URL of the target.
func remoteCodebase(o *options) (codebase.Codebase, error) {
	config, err := o.clientTLS.client()
	if err != nil {
		return nil, err
	}
	return codebase.NewRemote(o.target, &codebase.RemoteOptions{TLS: config, Token: o.repoToken, Cache: cacheFolder(o)})
}

// cacheFolder returns where good versions are kept: in the folder that was asked
// for, or in that of the user. It is "" when the user has no home, and when it is
// what the server has that is to be verified.
func cacheFolder(o *options) string {
	switch {
	case o.verify:
		return ""
	case o.cache != "":
		return o.cache
	}
	dir, err := os.UserCacheDir()
	if err == nil {
		_, err = os.Stat(filepath.Dir(dir))
	}
	if err != nil {
		logging.Debugf("codebase", "No version is kept on disk: %v", err)
		return ""
	}
	return filepath.Join(dir, "pipy")
}

// join makes the process one of the fleet of the repo that hands out its program:
// it reports, and hears of new versions at once, until ctx ends. It does not
// wait, and may be called before the program runs.
func (p *process) join(ctx context.Context) {
	remote := p.code.(*codebase.Remote)
	agent, err := p.agent(remote)
	if err != nil {
		logging.Errorf("fleet", "%v", err)
		return
	}
	remote.OnState(agent.Report)
	go agent.Run(ctx)
}

// agent returns what talks to the repo.
func (p *process) agent(remote *codebase.Remote) (*fleet.Agent, error) {
	config, err := p.options.clientTLS.client()
	if err != nil {
		return nil, err
	}
	_, localOnly := p.options.given["--log-local-only"]
	o := fleet.AgentOptions{
		URL:    remote.URL(),
		UUID:   script.Process.UUID,
		Name:   script.Process.Name,
		TLS:    config,
		Token:  p.options.repoToken,
		NoLogs: localOnly,
	}
	if p.options.reload {
		o.Reload = remote.Poke
	}
	if !p.options.noStatus {
		o.Status = func() fleet.Report { return p.report(remote) }
	}
	if !p.options.noMetrics {
		o.Metrics = p.group.Metrics
	}
	return fleet.NewAgent(o)
}

// report is what the repo is told about the process.
func (p *process) report(remote *codebase.Remote) fleet.Report {
	r := fleet.Report{Logs: logging.Histories()}
	state := remote.State()
	if state.Error != nil {
		r.Error = state.Error.Error()
	}
	if version, since := p.group.Running(); version != nil {
		r.Version, r.Since = state.Running, since
		r.Modules = p.group.Status().Modules
	}
	return r
}
