package worker

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pipy/pipy/api"
	"pipy/pipy/codebase"
	"pipy/pipy/script"
	"pipy/pipy/stats"
)

// Limits of checks.
const (
	checkTime  = 5 * time.Second // for the scripts of one check
	checkAtOne = 2               // checks at a time, in the process
)

var checking = make(chan struct{}, checkAtOne)

// Check tells what is wrong with a version of a codebase: it loads it in an
// engine of its own that opens no port and no connection, writes no file and
// runs no program. The running program does not notice. Files are further scripts
// to look at, which the entry need not use: only their syntax is checked. It
// returns an empty list when nothing is wrong, and at most one problem for each
// file that is not a script. args are what the scripts see as pipy.argv. The
// error is that of ctx.
func Check(ctx context.Context, version *codebase.Version, args []string, files ...string) ([]Problem, error) {
	select {
	case checking <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	code := script.NewCode(version.Files, version.Entry)
	done := make(chan []error, 1)
	go func() {
		defer func() { <-checking }()
		done <- check(code, args, files)
	}()
	late := time.NewTimer(2 * checkTime)
	defer late.Stop()
	select {
	case errs := <-done:
		problems := []Problem{}
		for _, err := range errs {
			for _, p := range Problems(err) {
				if !slices.Contains(problems, p) {
					problems = append(problems, p)
				}
			}
		}
		return problems, nil
	case <-late.C: // inside of a function that cannot be interrupted
		return []Problem{{File: code.Entry, Message: fmt.Sprintf("the script does not come to its end within %v", 2*checkTime)}}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func check(code *script.Code, args []string, files []string) []error {
	values := map[any]any{
		api.StatsKey{}:    &stats.Registry{},
		api.StatsSumKey{}: api.StatsSum(func(func(stats.Snapshot, error)) {}),
	}
	errs := script.Check(code, args, func(key any) any { return values[key] }, checkTime)
	used := code.Used()
	for _, name := range files {
		if !slices.Contains(used, name) {
			if err := script.CheckSyntax(code, name); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return errs
}
