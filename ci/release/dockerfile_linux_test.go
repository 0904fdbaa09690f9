package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The image of Alpine needs an engine to be built. What can go wrong without one
// being there to tell is looked at here.

var copyLine = regexp.MustCompile(`(?m)^COPY ((?:--\S+ )*)(.+)$`)

func TestDockerfileCopiesWhatIsThere(t *testing.T) {
	text := string(read(t, "../image/Dockerfile"))
	for _, m := range copyLine.FindAllStringSubmatch(text, -1) {
		if strings.Contains(m[1], "--from=") {
			continue
		}
		words := strings.Fields(m[2])
		for _, name := range words[:len(words)-1] {
			if _, err := os.Stat(filepath.Join("../..", name)); err != nil {
				t.Errorf("%s: %v", m[0], err)
			}
		}
	}
	for _, want := range []string{
		`ENTRYPOINT ["/docker-entrypoint.sh"]`, `CMD ["pipy", "docker-start"]`, "STOPSIGNAL SIGTERM", "EXPOSE 6000", "USER 1340:0",
	} {
		if !strings.Contains(text, "\n"+want+"\n") {
			t.Errorf("want the line %s", want)
		}
	}
}

// suExec stands for the command of Alpine; here the user stays the same.
const suExec = `#!/bin/sh
echo "as $1"
shift
exec "$@"
`

func TestEntrypointRunsCommands(t *testing.T) {
	packed(t)
	root := scratch(t)
	for name, body := range map[string]string{
		"docker-entrypoint.sh": string(read(t, "../image/docker-entrypoint.sh")),
		"bin/su-exec":          suExec,
		"bin/pipy":             "#!/bin/sh\necho \"runs pipy $1\"\n",
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(body), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	passable(t, root)
	tests := []struct {
		user uint32
		args []string
		want string
	}{
		{0, []string{"pipy", "docker-start"}, "as 1340:0\nruns pipy docker-start\n"},
		{imageUser, []string{"pipy", "docker-start"}, "runs pipy docker-start\n"},
		{imageUser, []string{"pipy", "/tutorial/01-hello/hello.js"}, "runs pipy /tutorial/01-hello/hello.js\n"},
		{0, []string{"cat", "/etc/group"}, "root:x:0:\n"},
	}
	for _, tt := range tests {
		p := start(t, root, tt.user, imageGroup, []string{"PATH=/bin"}, "/docker-entrypoint.sh", tt.args...)
		p.wants(0)
		if got := p.text(); got != tt.want {
			t.Errorf("%s as %d: got %q, want %q", tt.args, tt.user, got, tt.want)
		}
	}
}
