// Package tutorial has the scripts of the tutorial for programs that offer them,
// each step as a codebase. The pages that explain them are next to the scripts.
package tutorial

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
)

//go:embed */*.js */plugins/*.js */config/*.json 16-serve-static/www
var files embed.FS

// Step is one step of the tutorial.
type Step struct {
	Name  string // of its folder, such as "01-hello"
	Title string // of its page, without the number
	Main  string // the script to run, such as "hello.js"
	Base  string // the Name of the step whose files it has but for its Changes; "" for none
}

// steps are those of the tutorial, in their order.
var steps = []Step{
	{"01-hello", "Hello", "hello.js", ""},
	{"02-echo", "Echo", "services.js", ""},
	{"03-proxy", "Proxy", "proxy.js", ""},
	{"04-routing", "Routing", "proxy.js", ""},
	{"05-plugins", "Plugins", "proxy.js", ""},
	{"06-configuration", "Configuration", "proxy.js", "05-plugins"},
	{"07-load-balancing", "Load balancing", "proxy.js", "06-configuration"},
	{"08-load-balancing-improved", "Load balancing, improved", "proxy.js", "07-load-balancing"},
	{"09-connection-pool", "Connection pool", "proxy.js", "08-load-balancing-improved"},
	{"10-path-rewriting", "Path rewriting", "proxy.js", "09-connection-pool"},
	{"11-logging", "Logging", "proxy.js", "10-path-rewriting"},
	{"12-jwt", "JWT", "proxy.js", "10-path-rewriting"},
	{"13-ban", "Ban", "proxy.js", "10-path-rewriting"},
	{"14-throttle", "Throttle", "proxy.js", "10-path-rewriting"},
	{"15-cache", "Cache", "proxy.js", "10-path-rewriting"},
	{"16-serve-static", "Serve static", "proxy.js", "10-path-rewriting"},
	{"17-body-transform", "Body transform", "proxy.js", "10-path-rewriting"},
	{"18-tls", "TLS", "proxy.js", "10-path-rewriting"},
	{"19-load-balancing-advanced", "Load balancing, advanced", "proxy.js", "10-path-rewriting"},
	{"20-websocket", "WebSocket", "proxy.js", ""},
	{"21-grpc", "gRPC", "proxy.js", ""},
	{"22-socks", "SOCKS", "proxy.js", ""},
	{"23-sidecar", "Sidecar", "outbound.js", ""},
}

// Steps returns the steps in their order. The slice is the caller's.
func Steps() []Step { return append([]Step(nil), steps...) }

// FS returns the files of a step, with names relative to its folder: all of
// them, those of its base included. Keys and certificates are not among them: a
// page that needs some tells how to make them.
func (s Step) FS() fs.FS {
	sub, err := fs.Sub(files, s.Name)
	if err != nil {
		panic(fmt.Sprintf("tutorial: %v", err)) // fs.Sub refuses names that are no paths
	}
	return sub
}

// Changes returns the files in which a step differs from its base, by name: what
// a codebase that is derived from that of the base has to have itself. Without a
// base these are all files.
func (s Step) Changes() (map[string][]byte, error) {
	changes := map[string][]byte{}
	err := fs.WalkDir(s.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(s.FS(), name)
		if err != nil {
			return err
		}
		if s.Base != "" {
			old, err := fs.ReadFile(Step{Name: s.Base}.FS(), name)
			if err == nil && bytes.Equal(old, text) {
				return nil
			}
		}
		changes[name] = text
		return nil
	})
	return changes, err
}
