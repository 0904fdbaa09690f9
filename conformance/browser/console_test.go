package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSingleCodebase(t *testing.T) {
	script, port := hello(t)
	dir := t.TempDir()
	name := filepath.Join(dir, "hello.js")
	if err := os.WriteFile(name, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	root := start(t, name)
	b := open(t, root, "/", desktop)
	b.shows("/hello.js")
	b.reads(".toolbar .tag", "running")
	for _, label := range []string{"Reset file", "Commit", "Open the base codebase", "Derivatives"} {
		b.gone(fmt.Sprintf("[aria-label=%q]", label))
	}
	b.edit(strings.Replace(script, "'Hi, '", "'Hello, '", 1))
	b.save()
	b.click("Restart")
	until(t, "the new text runs", func() bool { return answer(t, "GET", port, "/x", "") == "200 Hello, /x" })
	if text, _ := os.ReadFile(name); !strings.Contains(string(text), "Hello") {
		t.Errorf("on disk is %s", text)
	}
	b.shot("single")
	b.addFile("/lib/new.js")
	if _, err := os.Stat(filepath.Join(dir, "lib", "new.js")); err != nil {
		t.Error(err)
	}
	b.click("Stop")
	b.gone(".toolbar .tag.ok")
	b.click("hello.js, main script")
	b.click("Run")
	b.reads(".toolbar .tag", "running")
}

func TestRoles(t *testing.T) {
	t.Setenv("PIPY_ADMIN_TOKEN", "administrator-token-0123456789")
	reader := filepath.Join(t.TempDir(), "reader")
	if err := os.WriteFile(reader, []byte("reader-token-0123456789\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	root := start(t, "--admin-reader-token-file="+reader)
	b := open(t, root, "/repo/app/", desktop)
	b.reads("h1", "Log in")
	b.sees("#token:focus")
	b.keys("wrong")
	b.keys(enter)
	b.reads("#token-note", "not valid")
	b.shot("login")
	b.field("Token", "administrator-token-0123456789")
	b.keys(enter)
	b.reads(".empty", "There is no codebase /app")
	b.click("All codebases")
	b.click("New Codebase")
	b.sees("dialog[open] input:focus")
	b.keys("app" + enter)
	b.shows("/main.js")
	b.click("Log out")
	b.reads("h1", "Log in")

	r := open(t, root, "/repo/app/", desktop)
	r.sees("#token:focus")
	r.keys("reader-token-0123456789" + enter)
	r.shows("/main.js")
	r.reads(".files .tag", "read-only")
	for _, name := range []string{"Add file", "Delete file", "Commit", "Run"} {
		if r.enabled(name) {
			t.Errorf("a reader may %s", name)
		}
	}
	r.clickOn(`document.querySelector(".cm-line")`)
	r.keys("nothing")
	r.gone(".tab-close.dirty")
}

func TestInstancesMetricsAndLogs(t *testing.T) {
	root := start(t)
	script, port := hello(t)
	codebase(t, root, "/app", "/main.js", script)
	call(t, "PATCH", root+"/api/v1/repo/app", `{"version":2}`)
	start(t, "--instance-name=first", root+"/repo/app/")
	listens(t, port)
	wants(t, answer(t, "GET", port, "/x", ""), "200 Hi, /x")

	b := open(t, root, "/repo/app/", desktop)
	b.click("Status")
	b.reads(".choices", "first")
	b.clickOn(`[...document.querySelectorAll(".choices button")].find(e => e.textContent.includes("first"))`)
	b.reads(".choices .state-ok", "Active")
	b.reads(".graph-pane .box", "demuxHTTP")
	b.shot("status")
	b.click("Metrics")
	b.reads(".metric-row", "pipy_inbound_in")
	b.clickOn(`[...document.querySelectorAll(".metric-row")].find(e => e.textContent.includes("pipy_inbound_in"))`)
	b.sees(".big-chart svg")
	b.reads(".metric-table", "127.0.0.1")
	b.shot("metrics")
	b.click("Console")
	b.reads(".log-text", "Listening on port "+port)
	b.shot("logs-remote")
	b.clickOn(`[...document.querySelectorAll(".choices button")].find(e => e.textContent.includes("This process"))`)
	b.reads(".log-text", "commit /app version 2")
	b.shot("logs")
}

func TestDocumentationNeedsNobodyElse(t *testing.T) {
	root := start(t)
	b := open(t, root, "/docs/reference/filters/connect", desktop)
	b.reads(".prose h1", "connect")
	b.reads(".ref-fields, .prose", "retryCount")
	b.click("muxHTTP")
	b.reads(".prose pre", "muxHTTP(target, key?, { options })\nmuxHTTP(key?, { options }).to(pipeline)")
	b.click("connect")
	b.reads(".prose h1", "connect")
	b.shot("docs")
	b.clickOn(`[...document.querySelectorAll(".docs-nav summary")].find(e => e.textContent.includes("Classes"))`)
	b.click("algo.Cache")
	b.reads(".prose h1", "algo.Cache")

	b = open(t, root, "/docs/tutorial/01-hello", desktop)
	b.sees(".prose pre code span[class^=hl-]")
	b.shot("docs-tutorial")
	b.clickOn(`document.querySelector(".toc a")`)
	b.holds("location.hash.length > 1")
	b.click("Concepts")
	b.reads(".prose h1", "Concepts")
}

func TestPagesInBothThemesAndOnPhones(t *testing.T) {
	root := start(t)
	script, port := hello(t)
	codebase(t, root, "/app", "/main.js", script)
	codebase(t, root, "/team/other")
	call(t, "POST", root+"/api/v1/program", "/app")
	wants(t, answer(t, "GET", port, "/x", ""), "200 Hi, /x")
	for name, l := range map[string]look{
		"light": desktop, "dark": {width: 1280, height: 720, dark: true}, "phone": {width: 390, height: 844, phone: true, dark: true},
	} {
		b := open(t, root, "/", l)
		b.sees(".home-tree")
		b.shot("page-home-" + name)
		b = open(t, root, "/docs/reference/filters/muxHTTP", l)
		b.sees(".prose h1")
		b.shot("page-docs-" + name)
		b = open(t, root, "/repo/app/", l)
		b.reads(".toolbar .tag", "running")
		if wide := eval[int64](b, "innerWidth"); wide != l.width {
			t.Errorf("%s: the page is %d pixels wide, want %d", name, wide, l.width)
		}
		if out := eval[bool](b, `document.querySelector("[aria-label=Stop]").getBoundingClientRect().right > innerWidth`); out {
			t.Errorf("%s: the button that stops the program is not in sight", name)
		}
		b.shot("page-editor-" + name)
		for _, view := range []string{"Status", "Metrics", "Console"} {
			b.click(view)
			b.sees(".columns")
			b.shot("page-" + strings.ToLower(view) + "-" + name)
			if wide := eval[float64](b, "document.documentElement.scrollWidth - innerWidth"); wide > 0 {
				t.Errorf("%s, %s: the page is %v pixels wider than the screen", view, name, wide)
			}
		}
	}
}

func TestThemeIsRemembered(t *testing.T) {
	root := start(t)
	b := open(t, root, "/", desktop)
	ground := func() string { return eval[string](b, "getComputedStyle(document.body).backgroundColor") }
	b.sees(".home-head")
	light := ground()
	b.click("Theme: as the system")
	b.click("Theme: light")
	b.holds("document.documentElement.dataset.theme === 'dark'")
	dark := ground()
	if light == dark {
		t.Errorf("both themes have the ground %s", light)
	}
	b.reload()
	b.holds("document.documentElement.dataset.theme === 'dark'")
	wants(t, ground(), dark)
}

func TestWorkspace(t *testing.T) {
	dir := t.TempDir()
	one, port := hello(t)
	two, other := hello(t)
	for name, text := range map[string]string{"one.js": one, "two.js": strings.Replace(two, "'Hi, '", "'Two, '", 1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	root := startAs(t, "--gui-port", dir)
	b := open(t, root, "/", desktop)
	b.click("one.js")
	b.shows("/one.js")
	b.click("Run")
	b.reads(".toolbar .tag", "running")
	b.reads(".tree-row.is-running", "one.js")
	wants(t, answer(t, "GET", port, "/x", ""), "200 Hi, /x")
	b.click("two.js")
	b.shows("/two.js")
	b.reads(".toolbar .tag", "running: /one.js")
	b.click("Run")
	b.reads(".tree-row.is-running", "two.js")
	wants(t, answer(t, "GET", other, "/x", ""), "200 Two, /x")
	b.shot("workspace")
	b.click("Stop")
	b.gone(".tree-row.is-running")
}

// A browser opens six connections to a host, for all its pages.
func TestLogPausesWhileNobodySeesThePage(t *testing.T) {
	root := start(t)
	codebase(t, root, "/app")
	b := open(t, root, "/repo/app/", desktop)
	b.reads(".log-text", "Listening on")
	hide := func(hidden bool) {
		eval[bool](b, fmt.Sprintf(`(() => {
			Object.defineProperty(document, "hidden", { configurable: true, value: %t });
			document.dispatchEvent(new Event("visibilitychange"));
			return true;
		})()`, hidden))
	}
	lines := func(text string, n int) {
		t.Helper()
		b.holds(fmt.Sprintf(`[...document.querySelectorAll(".log-text")].filter(e => e.textContent.includes(%s)).length === %d`, quote(text), n))
	}
	for _, name := range []string{"first", "second"} {
		hide(true)
		call(t, "POST", root+"/api/v1/repo/"+name, `{"version":1}`)
		hide(false)
		lines("create codebase /"+name, 1)
		lines("Listening on", 1)
	}
}
