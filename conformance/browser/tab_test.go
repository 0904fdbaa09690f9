package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tab is a tab of the browser that shows the console of one process.
type tab struct {
	t    *testing.T
	ctx  context.Context
	root string // the address of the console

	mu     sync.Mutex
	others []func(event any) // that look at events as well
}

// look is how a tab looks at pages.
type look struct {
	width, height int64
	dark, phone   bool
}

var desktop = look{width: 1280, height: 720}

// open opens a page of a console in a tab of its own, with cookies of its own.
func open(t *testing.T, root, path string, l look) *tab {
	t.Helper()
	b := &tab{t: t, root: root}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.watch))
	t.Cleanup(cancel)
	b.ctx = ctx
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	do(b, network.Enable, network.EnableParams{})
	do(b, log.Enable, cdp.Empty{})
	do(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: l.width, Height: l.height, DeviceScaleFactor: 1, Mobile: l.phone,
	})
	do(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	b.run(chromedp.Navigate(root + path))
	b.sees("#app > *")
	return b
}

// do sends a command to the tab.
func do[P, R any](b *tab, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.t.Fatal(err)
	}
}

// watch fails the test for what a page must not do.
func (b *tab) watch(event any) {
	b.mu.Lock()
	others := b.others
	b.mu.Unlock()
	for _, f := range others {
		f(event)
	}
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		b.t.Error("the page throws: " + text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "Failed to load resource") || strings.Contains(e.Entry.Text, "Content Security Policy") {
			b.t.Error("the browser says: " + e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		url := e.Request.URL
		if !strings.HasPrefix(url, b.root+"/") && !strings.HasPrefix(url, "ws"+strings.TrimPrefix(b.root, "http")+"/") &&
			!strings.HasPrefix(url, "blob:"+b.root) && !strings.HasPrefix(url, "about:") {
			b.t.Error("the page asks another server: " + url)
		}
	}
}

// onEvent calls f for each further event of the tab. f must not wait.
func (b *tab) onEvent(f func(event any)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.others = append(b.others, f)
}

func (b *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// eval evaluates an expression in the page.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%v in %s", err, expression)
	}
	return v
}

// try evaluates an expression, which may never end.
func (b *tab) try(expression string) error {
	_, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](expression))
	return err
}

// reload loads the page anew.
func (b *tab) reload() {
	b.t.Helper()
	b.run(chromedp.Reload())
}

// moveTo moves the pointer, and presses nothing.
func (b *tab) moveTo(x, y float64) {
	b.t.Helper()
	do(b, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: "mouseMoved", X: x, Y: y})
}

// holds waits until an expression is true in the page.
func (b *tab) holds(expression string) {
	b.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(30 * time.Millisecond) {
		if eval[bool](b, "!!("+expression+")") {
			return
		}
		if time.Now().After(deadline) {
			b.shot("failure-" + strings.ReplaceAll(b.t.Name(), "/", "-"))
			b.t.Fatalf("waited %v in vain for %s", patience, expression)
		}
	}
}

func quote(s string) string {
	q, _ := json.Marshal(s)
	return string(q)
}

// sees waits for an element that a selector of CSS finds.
func (b *tab) sees(selector string) {
	b.t.Helper()
	b.holds(fmt.Sprintf("document.querySelector(%s)", quote(selector)))
}

// reads waits until an element contains a text.
func (b *tab) reads(selector, text string) {
	b.t.Helper()
	b.holds(fmt.Sprintf("[...document.querySelectorAll(%s)].some(e => e.textContent.includes(%s))", quote(selector), quote(text)))
}

// gone waits until no element is found.
func (b *tab) gone(selector string) {
	b.t.Helper()
	b.holds(fmt.Sprintf("!document.querySelector(%s)", quote(selector)))
}

// named is an expression for the element with an accessible name, in the topmost
// dialog or menu when there is one. "~x" names what ends with x.
func named(name string) string {
	return fmt.Sprintf(`(() => {
		const scope = document.querySelector(".menu") ?? [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
		const wanted = %s;
		const of = e => (e.getAttribute("aria-label") ?? e.textContent).trim();
		const is = n => n === wanted || (wanted.startsWith("~") && n.endsWith(wanted.slice(1)));
		return [...scope.querySelectorAll("button, a, [role=treeitem], [role=button], [role=option], summary, input, select")]
			.find(e => is(of(e)) && e.getClientRects().length && e.getAttribute("aria-disabled") !== "true" && !e.disabled);
	})()`, quote(name))
}

// click clicks on what has a name, when it can be clicked.
func (b *tab) click(name string) {
	b.t.Helper()
	b.clickOn(named(name))
}

// clickOn clicks on the element that an expression gives, when it has stopped
// moving: at the same place twice, 50 ms apart.
func (b *tab) clickOn(element string) {
	b.t.Helper()
	type place struct{ X, Y float64 }
	where := func() place {
		b.holds("(" + element + ")?.getClientRects().length")
		return eval[place](b, fmt.Sprintf(`(() => {
			const e = %s;
			if (!e) return { X: -1, Y: -1 };
			e.scrollIntoView({ block: "nearest", inline: "nearest" });
			const r = e.getBoundingClientRect();
			return { X: r.left + r.width / 2, Y: r.top + r.height / 2 };
		})()`, element))
	}
	at := where()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
		now := where()
		if now == at && at.X >= 0 {
			break
		}
		at = now
	}
	b.run(chromedp.MouseClickXY(at.X, at.Y))
}

// enabled tells whether what has a name can be used.
func (b *tab) enabled(name string) bool {
	b.t.Helper()
	return eval[bool](b, "!!"+named(name))
}

// write puts a text where the cursor is, all at once, as pasting does.
func (b *tab) write(text string) {
	b.t.Helper()
	do(b, input.InsertText, input.InsertTextParams{Text: text})
}

// keys types on the keyboard.
func (b *tab) keys(text string) {
	b.t.Helper()
	b.run(chromedp.KeyEvent(text))
}

// press presses a key together with Ctrl.
func (b *tab) press(key string) {
	b.t.Helper()
	b.run(chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
}

// field replaces the text of the field with a label.
func (b *tab) field(label, text string) {
	b.t.Helper()
	b.clickOn(fmt.Sprintf(`[...document.querySelectorAll("label")].find(l => l.textContent === %s)?.parentElement.querySelector("input")`, quote(label)))
	eval[bool](b, "(document.activeElement.select(), true)")
	b.write(text)
}

// edit replaces the text of the file that is open.
func (b *tab) edit(text string) {
	b.t.Helper()
	b.clickOn(`document.querySelector(".cm-line")`)
	b.press("a")
	b.paste(text)
}

// paste pastes a text where the cursor is.
func (b *tab) paste(text string) {
	b.t.Helper()
	eval[bool](b, fmt.Sprintf(`(() => {
		const data = new DataTransfer();
		data.setData("text/plain", %s);
		document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
		return true;
	})()`, quote(text)))
}

// accept takes a completion when it is the one that is chosen. The editor ignores
// the keyboard for a moment after it has opened the list, so that nobody takes
// what they have not seen.
func (b *tab) accept(label string) {
	b.t.Helper()
	b.holds(fmt.Sprintf(`document.querySelector("li[aria-selected] .cm-completionLabel")?.textContent === %s`, quote(label)))
	b.run(chromedp.Sleep(150 * time.Millisecond))
	do(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: "rawKeyDown", Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13})
	do(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: "keyUp", Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13})
}

// save presses Ctrl+S and waits until the file is saved.
func (b *tab) save() {
	b.t.Helper()
	b.press("s")
	b.gone(".tab-close.dirty")
}

// shows waits until a file is open in the editor.
func (b *tab) shows(path string) {
	b.t.Helper()
	b.holds(fmt.Sprintf(`document.querySelector(".cm-content")?.getAttribute("aria-label") === %s`, quote("Text of "+path)))
}

// shot takes a picture, if pictures are wanted.
func (b *tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	b.run(chromedp.Sleep(300 * time.Millisecond)) // transitions end
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// keys that have no letter.
var (
	enter  = kb.Enter
	escape = kb.Escape
)
