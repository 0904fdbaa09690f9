package cli

import (
	"slices"
	"testing"
)

func TestDockerArgs(t *testing.T) {
	for _, c := range []struct {
		file, spawn, threads string
		args                 []string
		processes            int
	}{
		{"", "", "", []string{defaultConfigFile, "--reuse-port"}, 1},
		{"/x.js", "", "", []string{"/x.js", "--reuse-port"}, 1},
		{"/x.js", "0", "", []string{"/x.js", "--reuse-port"}, 1},
		{"/x.js", "1", "", []string{"/x.js", "--reuse-port"}, 2},
		{"/x.js", "3", "", []string{"/x.js", "--reuse-port"}, 4},
		{"/x.js", "", "3", []string{"/x.js", "--threads=3", "--reuse-port"}, 1},
		{"/x.js", "0", "3", []string{"/x.js", "--threads=3", "--reuse-port"}, 1},
		{"http://h/x  --log-level=debug", "1", "", []string{"http://h/x", "--log-level=debug", "--reuse-port"}, 2},
		{"/x.js", "-1", "", nil, 0},
		{"/x.js", "1.5", "", nil, 0},
		{"/x.js", "many", "", nil, 0},
		{"/x.js", "256", "", nil, 0},
		{"/x.js", "", "0", nil, 0},
		{"/x.js", "1", "1", nil, 0},
	} {
		env := map[string]string{"PIPY_CONFIG_FILE": c.file, "PIPY_SPAWN": c.spawn, "PIPY_THREADS": c.threads}
		args, processes, err := dockerArgs(func(name string) string { return env[name] })
		if !slices.Equal(args, c.args) || processes != c.processes || (err == nil) != (c.processes > 0) {
			t.Errorf("%+v: got %q, %d and %v", c, args, processes, err)
		}
	}
}
