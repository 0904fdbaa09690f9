package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp/kb"
)

// codebase makes a codebase with files by the API: pairs of a path and a text.
func codebase(t *testing.T, root, name string, files ...string) {
	t.Helper()
	call(t, "POST", root+"/api/v1/repo"+name, `{"version":1}`)
	for i := 0; i < len(files); i += 2 {
		call(t, "POST", root+"/api/v1/repo-files"+name+files[i], files[i+1])
	}
}

const helloScript = `pipy()

.listen('127.0.0.1:PORT')
  .demuxHTTP('request')

.pipeline('request')
  .link(
    'hello', () => true,
    ''
  )
  .handleMessageEnd(() => {})

.pipeline('hello')
  .replaceMessage(
    msg => new Message('Hi, ' + msg.head.path)
  )
`

func hello(t *testing.T) (script, port string) {
	port = freePort(t)
	return strings.Replace(helloScript, "PORT", port, 1), port
}

func TestToolbarIsInTheOrderThatTheTutorialTells(t *testing.T) {
	root := start(t)
	codebase(t, root, "/app")
	b := open(t, root, "/repo/app/", desktop)
	b.sees(".toolbar")
	labels := eval[[]string](b, `[...document.querySelectorAll(".toolbar button")].map(e => e.getAttribute("aria-label"))`)
	want := []string{
		"Add file", "Make it the main script", "Delete file", "Save (Ctrl+S)", "Reset file", "Commit",
		"Open the base codebase", "Derivatives", "Run", "Stop", "Restart", "Console pane (Ctrl+`)",
	}
	wants(t, strings.Join(labels, "|"), strings.Join(want, "|"))
	if labels[len(labels)-4] != "Run" {
		t.Errorf("the fourth from the right is %q", labels[len(labels)-4])
	}
}

func TestNamesOfCodebasesMayNotNest(t *testing.T) {
	root := start(t)
	codebase(t, root, "/a/b")
	b := open(t, root, "/", desktop)
	b.click("New Codebase")
	for name, complaint := range map[string]string{
		"/a/b": "There is a codebase /a/b already", "/a/b/c": "It would lie inside the codebase /a/b", "/a": "The codebase /a/b would lie inside it",
	} {
		b.field("Codebase name", name)
		b.reads(".field .error", complaint)
		if b.enabled("Create") {
			t.Errorf("%s: Create is enabled", name)
		}
	}
	b.field("Codebase name", "a/bc")
	b.gone(".field .error")
	wants(t, eval[string](b, `document.querySelector("dialog input").value`), "/a/bc")
	b.keys(escape)
	b.gone("dialog[open]")
}

func TestCompletionHoverAndSignatures(t *testing.T) {
	root := start(t)
	codebase(t, root, "/app", "/main.js", "")
	b := open(t, root, "/repo/app/", desktop)
	b.shows("/main.js")
	b.holds(`performance.getEntriesByType("resource").some(e => e.name.endsWith("/reference.json") && e.responseEnd > 0)`)
	labels := func(want ...string) {
		t.Helper()
		for _, w := range want {
			b.holds(fmt.Sprintf(`[...document.querySelectorAll(".cm-completionLabel")].some(e => e.textContent === %s)`, quote(w)))
		}
	}
	b.clickOn(`document.querySelector(".cm-line")`)
	b.keys("pipy({ _cache: new algo.Cache() }).")
	labels("listen", "serveHTTP", "muxHTTP", "demuxHTTP")
	b.shot("editor-1-filters")
	b.keys("conn")
	b.accept("connect")
	b.reads(".card-signature", "connect(target, { options })")
	b.keys("'localhost:1', { ")
	b.press(" ")
	labels("protocol", "retryCount", "idleTimeout")
	b.shot("editor-2-options")
	b.keys("prot")
	b.accept("protocol")
	b.keys("'")
	b.press(" ")
	labels("tcp", "udp")
	b.keys(escape + escape)
	b.press(kb.End)
	b.paste("\n")
	b.keys("_cac")
	labels("_cache")
	b.keys("he.")
	labels("get", "set", "remove")
	b.keys(escape)
	b.press("a")
	b.keys("algo.")
	labels("Cache", "RoundRobinLoadBalancer", "URLRouter", "hash")
	b.keys(escape)
	b.press("a")
	b.keys("pipy().handleMessageStart(msg => msg.")
	labels("head")
	b.keys("head.")
	labels("method", "path", "headers")
	b.keys(escape)
	b.edit("pipy().muxHTTP('connection',")
	b.keys(" ")
	b.reads(".card-signature", "muxHTTP(target, key?, { options })")
	b.reads(".card-signature .card-active", "key")
	b.keys(escape)
	b.edit("pipy()\n  .muxHTTP()\n")
	at := eval[struct{ X, Y float64 }](b, `(() => {
		const r = [...document.querySelectorAll(".cm-line span")].find(e => e.textContent === "muxHTTP").getBoundingClientRect();
		return { X: r.left + 10, Y: r.top + 8 };
	})()`)
	b.moveTo(at.X, at.Y)
	b.reads(".cm-tooltip-hover .card", "Sends HTTP requests through shared connections")
	b.shot("editor-3-hover")
}

func TestGraphFollowsTheCursorAndTheCursorTheGraph(t *testing.T) {
	root := start(t)
	script, port := hello(t)
	codebase(t, root, "/app", "/main.js", script)
	b := open(t, root, "/repo/app/", desktop)
	b.reads(".box.title text", "hello")
	active := func(name string) {
		t.Helper()
		b.holds(fmt.Sprintf(`document.querySelector(".box.active text")?.textContent === %s`, quote(name)))
	}
	b.clickOn(`[...document.querySelectorAll(".cm-line")].find(l => l.textContent.includes("demuxHTTP"))`)
	active("demuxHTTP")
	b.clickOn(`[...document.querySelectorAll(".box")].find(e => e.textContent.includes("replaceMessage") && e.getAttribute("role") === "button")`)
	active("replaceMessage")
	b.reads(".place", "Ln 14")
	b.clickOn(`[...document.querySelectorAll(".cm-line")].find(l => l.textContent.includes(".handleMessageEnd"))`)
	b.press(kb.End)
	b.paste("\n.print()")
	b.reads(".box.filter text", "print")

	b.click("Run")
	b.reads(".toolbar .tag", "running")
	wants(t, answer(t, "GET", port, "/you", ""), "200 Hi, /you")
	b.reads(".box .figure", "1")
	b.shot("flow-1-counts")
	b.clickOn(`[...document.querySelectorAll("[role=tab]")].find(e => e.textContent === "Live tap")`)
	b.holds(`document.querySelector("select[aria-label=Pipeline]")`)
	eval[bool](b, `(() => {
		const s = document.querySelector("select[aria-label=Pipeline]");
		s.value = [...s.options].find(o => o.textContent.startsWith("hello")).value;
		s.dispatchEvent(new Event("change", { bubbles: true }));
		return true;
	})()`)
	b.reads(".tap .empty", "Listening")
	wants(t, answer(t, "GET", port, "/tap", ""), "200 Hi, /tap")
	b.reads(".tap-events", "GET /tap")
	b.shot("flow-2-tap")
}

func TestTwoWhoEditOneFileAreTold(t *testing.T) {
	root := start(t)
	codebase(t, root, "/app", "/notes.txt", "one\n")
	b := open(t, root, "/repo/app/", desktop)
	b.click("notes.txt, edited")
	b.shows("/notes.txt")
	b.edit("mine\n")
	call(t, "POST", root+"/api/v1/repo-files/app/notes.txt", "theirs\n")
	b.press("s")
	b.reads("dialog", "was changed by somebody else")
	b.reads("dialog .compare", "theirs")
	b.holds(`new Set([...document.querySelectorAll(".compare .cm-changedLine")].map(e => getComputedStyle(e).backgroundColor)).size === 2`)
	b.shot("conflict")
	b.click("Cancel")
	wants(t, call(t, "GET", root+"/api/v1/repo-files/app/notes.txt", ""), "theirs\n")
	b.press("s")
	b.click("Discard mine, load theirs")
	b.gone("dialog[open]")
	b.reads(".cm-content", "theirs")
	b.edit("mine again\n")
	call(t, "POST", root+"/api/v1/repo-files/app/notes.txt", "theirs again\n")
	b.press("s")
	b.click("Overwrite theirs")
	b.gone("dialog[open]")
	wants(t, call(t, "GET", root+"/api/v1/repo-files/app/notes.txt", ""), "mine again\n")
}

func TestUnsavedChangesAreNotLostByAccident(t *testing.T) {
	root := start(t)
	codebase(t, root, "/app")
	b := open(t, root, "/repo/app/", desktop)
	b.shows("/main.js")
	b.edit("pipy() // changed")
	b.sees(".tab-close.dirty")
	b.click("Home")
	b.reads("dialog", "Not saved: /main.js")
	b.click("Cancel")
	b.reads(".cm-content", "changed")
	b.clickOn(`document.querySelector(".tab-close")`)
	b.reads("dialog", "are not saved")
	b.click("Cancel")
	b.gone("dialog[open]")
	asked := make(chan string, 1)
	b.onEvent(func(event any) {
		if e, ok := event.(*page.EventJavascriptDialogOpening); ok {
			select {
			case asked <- string(e.Type):
			default:
			}
		}
	})
	go func() { _ = b.try("location.reload()") }()
	wants(t, <-asked, "beforeunload")
	do(b, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: false})
	b.reads(".cm-content", "changed")
	b.save()
	b.click("Home")
	b.sees(".home-tree")
}

func TestFilesAreRenamedResetAndSearched(t *testing.T) {
	root := start(t)
	codebase(t, root, "/app", "/lib/a.js", "// needle one", "/b.json", `{"needle": 2}`)
	call(t, "PATCH", root+"/api/v1/repo/app", `{"version":2}`)
	b := open(t, root, "/repo/app/", desktop)
	b.click("b.json")
	b.shows("/b.json")
	b.keys(kb.F2)
	b.field("Filename", "/conf/b.json")
	b.click("Rename")
	b.shows("/conf/b.json")
	b.sees(`.tree-row.erased[data-path="/b.json"]`)
	b.click("b.json, erased")
	b.sees(`.tree-row[aria-selected=true][data-path="/b.json"]`)
	b.click("Reset file")
	b.click("Reset")
	b.sees(`.tree-row:not(.erased)[data-path="/b.json"]`)
	b.click("Search in all files (Ctrl+Shift+F)")
	b.sees(".search input:focus")
	b.keys("needle")
	b.reads(".search-note", "3 in 3 files")
	b.clickOn(`document.querySelector(".search-hit")`)
	b.sees(".cm-content")
	b.shot("search")
	b.click("Show the files")
	b.click("b.json, edited")
	b.shows("/conf/b.json")
	b.edit(`{"broken": }`)
	b.sees(".cm-lint-marker-error")
	b.reads(".bottom", "Problems1")
}

func TestKeyboardIsEnough(t *testing.T) {
	root := start(t)
	codebase(t, root, "/app", "/lib/a.js", "// a")
	b := open(t, root, "/", desktop)
	b.sees(".home-tree")
	eval[bool](b, `(document.querySelector('[role=treeitem][data-path="/app"]').focus(), true)`)
	b.keys(enter)
	b.shows("/main.js")
	width := func() float64 {
		return eval[float64](b, `document.querySelector(".files").getBoundingClientRect().width`)
	}
	before := width()
	eval[bool](b, `(document.querySelector('[aria-label="Size of file tree"]').focus(), true)`)
	b.keys(kb.ArrowRight)
	b.holds(fmt.Sprintf(`document.querySelector(".files").getBoundingClientRect().width > %v`, before))
	eval[bool](b, `(document.querySelector('[role=treeitem][data-path="/lib/"]').focus(), true)`)
	b.keys(kb.ArrowLeft)
	b.gone(`[data-path="/lib/a.js"]`)
	b.keys(kb.ArrowRight)
	b.sees(`[data-path="/lib/a.js"]`)
	b.keys(kb.ArrowDown)
	b.keys(enter)
	b.shows("/lib/a.js")
	b.press("p")
	b.sees("dialog[open] input:focus")
	b.keys("main" + enter)
	b.shows("/main.js")
	b.press("`")
	b.gone(".bottom")
	b.press("`")
	b.sees(".bottom")
	eval[bool](b, `(document.querySelector('.file-tabs [aria-selected=true]').focus(), true)`)
	b.keys(kb.Delete)
	b.shows("/lib/a.js")
}

func TestTheTabOfTheOpenFileIsInSight(t *testing.T) {
	root := start(t)
	var files []string
	for i := range 12 {
		files = append(files, fmt.Sprintf("/a-module-%d.js", i), "pipy()\n")
	}
	codebase(t, root, "/app", append([]string{"/main.js", "pipy()\n"}, files...)...)
	b := open(t, root, "/repo/app/", desktop)
	for i := 0; i < len(files); i += 2 {
		b.click(strings.TrimPrefix(files[i], "/") + ", edited")
		b.shows(files[i])
	}
	inSight := `(() => {
		const bar = document.querySelector(".file-tabs").getBoundingClientRect();
		const tab = document.querySelector(".file-tab.active").getBoundingClientRect();
		return tab.left >= bar.left && tab.right <= bar.right + 1;
	})()`
	b.holds(inSight)
	b.click("main.js, edited, main script")
	b.shows("/main.js")
	b.holds(inSight)
}
