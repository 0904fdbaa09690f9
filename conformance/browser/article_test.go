package browser

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// files of the article's proxy, in the order in which it makes them.
var articleFiles = []string{
	"/config/proxy.json", "/config/router.json", "/config/balancer.json",
	"/plugins/default.js", "/plugins/router.js", "/plugins/balancer.js", "/proxy.js",
}

// services are the three servers that the proxy forwards to: they get ports at
// once, but listen later.
type services struct{ hello, echo, ip string }

// article returns the text of a file, with free ports in it.
func article(t *testing.T, path, listen string, s services) string {
	t.Helper()
	text, err := os.ReadFile("../../tutorial/plugin-proxy" + path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(
		`"listen": 8000`, `"listen": "127.0.0.1:`+listen+`"`,
		":8080", ":"+s.hello, ":8081", ":"+s.echo, ":8082", ":"+s.ip,
	).Replace(string(text))
}

// serve answers at a port until the test ends.
func serve(t *testing.T, port string, answer func(*http.Request) string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, answer(r)) })}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { s.Close() })
}

// answer asks the proxy on a connection of its own, and returns the status and the
// body.
func answer(t *testing.T, method, port, path, body string) string {
	t.Helper()
	req, err := http.NewRequest(method, "http://127.0.0.1:"+port+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	res, err := http.DefaultTransport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return strings.TrimSpace(fmt.Sprintf("%d %s", res.StatusCode, b))
}

// listens waits until a port of this machine is open: a worker's console is
// there before its program.
func listens(t *testing.T, port string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(30 * time.Millisecond) {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			c.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func wants(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// addFile makes a file with the dialog, and leaves it open.
func (b *tab) addFile(path string) {
	b.t.Helper()
	b.click("Add file")
	b.field("Filename", path)
	b.click("Create")
	b.gone("dialog[open]")
	b.shows(path)
}

func TestArticle(t *testing.T) {
	root := start(t)
	listen := freePort(t)
	s := services{freePort(t), freePort(t), freePort(t)}
	b := open(t, root, "/", desktop)

	b.click("New Codebase")
	b.sees("dialog[open] input:focus")
	b.keys("proxy")
	b.shot("article-1-new-codebase")
	b.keys(enter)
	b.reads(".codebase-name", "/proxy")
	b.shows("/main.js")
	for _, path := range articleFiles {
		b.addFile(path)
		b.edit(article(t, path, listen, s))
		b.save()
		if got, want := call(t, "GET", root+"/api/v1/repo-files/proxy"+path, ""), article(t, path, listen, s); got != want {
			t.Fatalf("%s was saved as %q", path, got)
		}
	}
	b.shot("article-2-files")

	b.click("main.js, main script")
	b.shows("/main.js")
	b.click("Delete file")
	b.shot("article-3-delete")
	b.click("Delete")
	b.sees(".tree-row.erased")
	b.click("proxy.js, edited")
	b.shows("/proxy.js")
	b.click("Make it the main script")
	b.sees(`[aria-label="proxy.js, edited, main script"]`)

	b.click("Run")
	b.reads(".toolbar .tag", "running")
	b.reads(".log-text", "Listening on port "+listen)
	b.shot("article-4-running")
	modules := eval[[]string](b, `[...document.querySelectorAll(".log-text")].map(e => e.textContent.trim()).filter(t => t.startsWith("Module "))`)
	wants(t, strings.Join(modules, " "), "Module /plugins/router.js Module /plugins/balancer.js Module /plugins/default.js Module /proxy.js")

	wants(t, answer(t, "GET", listen, "/", ""), "404 No handler found")
	wants(t, answer(t, "GET", listen, "/hi", ""), "502")
	b.reads(".log-line.error .log-text", "cannot connect: Connection refused")

	serve(t, s.hello, func(*http.Request) string { return "Hi, there!" })
	serve(t, s.echo, func(r *http.Request) string { body, _ := io.ReadAll(r.Body); return string(body) })
	serve(t, s.ip, func(r *http.Request) string { return "You are requesting " + r.URL.Path + " from 127.0.0.1" })
	one, two := answer(t, "GET", listen, "/hi", ""), answer(t, "GET", listen, "/hi", "")
	if one == two || !strings.Contains(one+two, "Hi, there!") || !strings.Contains(one+two, "You are requesting /hi from 127.0.0.1") {
		t.Errorf("/hi: got %q and %q", one, two)
	}
	wants(t, answer(t, "POST", listen, "/echo", "hello, again"), "200 hello, again")
	wants(t, answer(t, "GET", listen, "/ip/x", ""), "200 You are requesting /ip/x from 127.0.0.1")

	// A mistake is shown where it is, and does not end what runs.
	router := article(t, "/plugins/router.js", listen, s)
	b.click("router.js, edited")
	b.shows("/plugins/router.js")
	b.edit(strings.Replace(router, "msg => (", "msg => ((", 1))
	b.sees(".cm-lint-marker-error")
	b.click("Restart")
	b.reads(".toast", "did not start")
	b.reads(".problems", "/plugins/router.js")
	b.shot("article-5-problem")
	wants(t, answer(t, "GET", listen, "/ip/x", ""), "200 You are requesting /ip/x from 127.0.0.1")
	b.click("main.js, erased")
	b.clickOn(`document.querySelector(".cm-line")`)
	b.clickOn(`document.querySelector(".problems button")`)
	b.reads(".place", "Ln 24") // the end, where a parenthesis is missing
	b.edit(strings.Replace(router, "msg.head.path", "'/ip/y'", 1))
	b.gone(".cm-lint-marker-error")
	b.click("Restart")
	until(t, "the corrected program answers", func() bool {
		return answer(t, "GET", listen, "/elsewhere", "") == "200 You are requesting /elsewhere from 127.0.0.1"
	})

	// Commit, with a look at what changes.
	b.click("Commit")
	b.reads(".changes", "/plugins/balancer.js")
	b.sees("dialog[open] input:focus")
	b.keys("the proxy of the article")
	b.click("~/plugins/router.js")
	b.shot("article-6-commit")
	b.click("Commit as version 2")
	b.gone("dialog[open]")
	b.reads(".files .tag", "v2")
	wants(t, strings.SplitN(call(t, "GET", root+"/repo/proxy/", ""), "\n", 2)[0], "/proxy.js")
	b.click("More actions")
	b.click("History…")
	b.reads(".history", "the proxy of the article")
	b.shot("article-7-history")
	b.keys(escape)
	b.gone("dialog[open]")

	// A codebase derived from it, and the way back.
	b.click("Derivatives")
	b.click("Derive new codebase…")
	b.sees("dialog[open] input:focus")
	b.keys("derived/one")
	b.click("Create")
	b.reads(".codebase-name", "/derived/one")
	b.sees(".tree-row.inherited")
	b.shot("article-8-derived")
	b.click("Open the base codebase")
	b.holds(`document.querySelector(".codebase-name")?.textContent === "/proxy"`)

	b.click("Stop")
	b.gone(".toolbar .tag.ok")
	if got := answer(t, "GET", listen, "/", ""); !strings.Contains(got, "refused") {
		t.Errorf("after Stop: got %q", got)
	}
}
