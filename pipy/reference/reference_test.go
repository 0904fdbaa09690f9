package reference

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"

	"pipy/pipy/spec"
)

// sample is a small reference with one of each kind.
func sample() *Reference {
	decode := &spec.Method{Name: "decode", Doc: "Reads a text.", Returns: "any", Fields: []spec.Field{
		{Name: "data", Doc: "The text.", Type: "string | algo.Box", Wants: "a string"},
	}}
	box := &spec.Class{
		Name: "algo.Box", Doc: "Holds things. It may be full.", Type: reflect.TypeFor[*int](),
		New: &spec.Method{Name: "algo.Box", Doc: "Makes a box.", Returns: "algo.Box", Fields: []spec.Field{
			{Name: "size", Doc: "How much.", Type: "number", Wants: "a number", Default: "1", Optional: true, Option: true},
		}},
		Methods: []*spec.Method{{Name: "put", Doc: "Puts things.", Returns: "void", Fields: []spec.Field{
			{Name: "delete", Doc: "Whether to.", Type: "boolean", Wants: "true or false"},
			{Name: "things", Doc: "What.", Type: "any", Wants: "any", Optional: true, Rest: true},
		}}},
		Props: []*spec.Prop{{Name: "full", Doc: "Whether it is full.", Type: "boolean"}},
	}
	return New([]*Filter{
		{Name: "pack", Doc: "joins messages\n\nThe head is that\nof the first.", In: "messages", Out: "messages", Fields: []spec.Field{
			{Name: "batchSize", Doc: "How many.", Type: "number", Wants: "a number", Default: "1", Optional: true},
			{Name: "timeout", Doc: "How long.", Type: "number | string", Wants: "seconds", Default: "0", Optional: true, Option: true},
		}},
		{Name: "demux", Doc: "takes messages apart", In: "messages", Out: "messages", Joint: true},
		{Name: "handle", Doc: "calls back", In: "events", Out: "events", Fields: []spec.Field{
			{Name: "sizeLimit", Doc: "How much.", Type: "number | string", Wants: "bytes", Default: "-1", Optional: true},
			{Name: "callback", Doc: "What to call.", Type: "(...args: any[]) => any", Wants: "a function"},
		}},
	}, []*spec.Class{
		{Name: "Text", Doc: "Reads texts.", Statics: []*spec.Method{decode}, Consts: map[string]any{"limit": 5}},
		box,
		{Name: configuration, Doc: "A description.", Type: reflect.TypeFor[*string]()},
	})
}

func text(t *testing.T, print func(w io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := print(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestListHasThreeColumns(t *testing.T) {
	want := `
demux  (target)                   takes messages apart
handle ([sizeLimit, ]callback)    calls back
pack   ([batchSize[, options]])   joins messages

`
	if got := text(t, sample().ListFilters); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestHelpExplainsOneFilter(t *testing.T) {
	want := `
pack([batchSize[, options]])
============================

  Joins messages.

  The head is that of the first.

  Input: messages. Output: messages.

  batchSize       - <number> How many. Default: 1.
  options.timeout - <number|string> How long. Default: 0.



`
	got := text(t, func(w io.Writer) error { return sample().HelpFilters(w, "pack") })
	if got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestHelpWithoutNameExplainsAll(t *testing.T) {
	got := text(t, func(w io.Writer) error { return sample().HelpFilters(w, "") })
	for _, want := range []string{"\ndemux(target)\n=", "\npack([", "\nhandle(["} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
}

func TestUnknownNamesGetNearOnes(t *testing.T) {
	tests := []struct {
		what, name, want string
		help             func(w io.Writer, name string) error
	}{
		{"filter", "Demux", "unknown filter: Demux; near it: demux", sample().HelpFilters},
		{"filter", "hande", "unknown filter: hande; near it: handle", sample().HelpFilters},
		{"filter", "nonsense", "unknown filter: nonsense", sample().HelpFilters},
		{"class", "Box", "unknown class or function: Box; near it: algo.Box, algo.Box.put, algo.Box.full", sample().HelpAPIs},
		{"class", "text.deode", "unknown class or function: text.deode; near it: Text.decode", sample().HelpAPIs},
	}
	for _, tt := range tests {
		err := tt.help(io.Discard, tt.name)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s %s: got %v, want %s", tt.what, tt.name, err, tt.want)
		}
	}
}

func TestHelpOfAClassHasItsMembers(t *testing.T) {
	got := text(t, func(w io.Writer) error { return sample().HelpAPIs(w, "algo.Box") })
	for _, want := range []string{"new algo.Box([options])\n", "algo.Box.put(delete, ...things)\n", "algo.Box.full\n", "Type: boolean"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
	got = text(t, func(w io.Writer) error { return sample().HelpAPIs(w, "Text.decode") })
	if strings.Contains(got, "limit") || !strings.Contains(got, "Text.decode(data)\n=================\n") {
		t.Errorf("got %q, want Text.decode alone", got)
	}
}

func TestListAPIs(t *testing.T) {
	want := `
algo.Box      ([options])           Holds things
algo.Box.put  (delete, ...things)   Puts things
algo.Box.full                       Whether it is full
Configuration                       A description
Text                                Reads texts
Text.decode   (data)                Reads a text
Text.limit                          A constant

`
	if got := text(t, sample().ListAPIs); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestSignatures(t *testing.T) {
	need := func(name string) spec.Field { return spec.Field{Name: name} }
	may := func(name string) spec.Field { return spec.Field{Name: name, Optional: true} }
	option := spec.Field{Name: "x", Option: true, Optional: true}
	rest := spec.Field{Name: "rest", Rest: true, Optional: true}
	tests := []struct {
		want   string
		fields []spec.Field
	}{
		{"()", nil},
		{"(a)", []spec.Field{need("a")}},
		{"([a])", []spec.Field{may("a")}},
		{"(a[, b[, c]])", []spec.Field{need("a"), may("b"), may("c")}},
		{"([a[, options]])", []spec.Field{may("a"), option, option}},
		{"([options])", []spec.Field{option}},
		{"([a, ]b)", []spec.Field{may("a"), need("b")}},
		{"(a, [b, ]c[, options])", []spec.Field{need("a"), may("b"), need("c"), option}},
		{"(...rest)", []spec.Field{rest}},
		{"(a, ...rest)", []spec.Field{need("a"), rest}},
	}
	for _, tt := range tests {
		if got := signature(tt.fields); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestShortTypes(t *testing.T) {
	tests := []struct{ ts, want string }{
		{"string", "string"},
		{"number | string | (() => number | string)", "number|string|function"},
		{`"a" | "b"`, "string"},
		{"string[] | { [name: string]: number }", "array|object"},
		{"Promise<any | void> | (($: Configuration) => void)", "Promise<any | void>|function"},
	}
	for _, tt := range tests {
		if got := shortType(tt.ts); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.ts, got, tt.want)
		}
	}
}

func TestTypes(t *testing.T) {
	got := text(t, sample().Types)
	for _, want := range []string{
		"  handle(sizeLimit: number | string, callback: (...args: any[]) => any): Configuration;\n",
		"  handle(callback: (...args: any[]) => any): Configuration;\n",
		"  demux(target: string): Configuration;\n",
		"  demux(): Configuration;\n",
		"    /** How long. Default: 0. */\n    timeout?: number | string;\n  }): Configuration;\n",
		"    put(delete_: boolean, ...things: (any)[]): void;\n",
		"    readonly full: boolean;\n",
		"declare namespace Text {\n  const limit: number;\n",
		"  /**\n   * Reads a text.\n   *\n   * @param data The text.\n   */\n  function decode(data: string | algo.Box): any;\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
}

func TestJSONHoldsEverything(t *testing.T) {
	var doc jsonReference
	if err := json.Unmarshal([]byte(text(t, sample().JSON)), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Filters) != 3 || len(doc.Classes) != 3 {
		t.Errorf("got %d filters and %d classes, want 3 and 3", len(doc.Filters), len(doc.Classes))
	}
	if f := doc.Filters[0]; f.Target == nil || f.Target.Name != "target" {
		t.Errorf("got %+v, want the argument that names the sub-pipeline", f.Target)
	}
	if f := doc.Filters[2]; f.Target != nil || f.Title != "joins messages" || f.Fields[1].Default != "0" || !f.Fields[1].Option {
		t.Errorf("got %+v", f)
	}
}

func TestJointWithATargetOfItsOwnTakesAPipeline(t *testing.T) {
	r := New([]*Filter{{Name: "tunnel", Doc: "goes through", In: "bytes", Out: "bytes", Joint: true, Fields: []spec.Field{
		{Name: "target", Doc: "Where to.", Type: "string", Wants: "a string"},
	}}}, nil)
	if faults := r.Validate(); len(faults) > 0 {
		t.Error(faults)
	}
	if got, want := text(t, r.ListFilters), "\ntunnel (pipeline, target)   goes through\n\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNamespacesDeclaredInPartsAreOne(t *testing.T) {
	part := func(doc, name string) *spec.Class {
		return &spec.Class{Name: "Text", Doc: doc, Statics: []*spec.Method{{Name: name, Doc: "Does it.", Returns: "void"}}}
	}
	r := New(nil, []*spec.Class{part("", "b"), part("Reads texts.", "a")})
	if faults := r.Validate(); len(faults) > 0 {
		t.Error(faults)
	}
	want := "\nText        Reads texts\nText.a ()   Does it\nText.b ()   Does it\n\n"
	if got := text(t, r.ListAPIs); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPagesShowTheExample(t *testing.T) {
	pages := sample().Pages(map[string]Example{"pack": {
		Path: "testscripts/filters/pack.txtar", Caption: "It packs.",
		Files: []File{{"main.js", "pipy()\n"}},
	}})
	page := pages["filters/pack.md"]
	for _, want := range []string{"# pack\n\nJoins messages.\n", "- `options.timeout` (`number | string`, default `0`) How long.\n", "It packs.\n\n`main.js`:\n\n```js\npipy()\n```\n"} {
		if !strings.Contains(page, want) {
			t.Errorf("want %q in\n%s", want, page)
		}
	}
	for name := range pages {
		if name != "README.md" && !strings.Contains(pages["README.md"], "("+name+")") {
			t.Errorf("the index has no link to %s", name)
		}
	}
}

func TestValidateFindsFaults(t *testing.T) {
	if faults := sample().Validate(); len(faults) > 0 {
		t.Errorf("got %q for the sample, want no fault", faults)
	}
	good := Filter{Name: "f", Doc: "does it", In: "bytes", Out: "bytes"}
	field := spec.Field{Name: "a", Doc: "It.", Type: "string", Wants: "a string"}
	tests := []struct {
		want   string
		change func(f *Filter)
	}{
		{"title without a capital", func(f *Filter) { f.Doc = "Does it" }},
		{"title without a period", func(f *Filter) { f.Doc = "does it." }},
		{"an empty line behind the title", func(f *Filter) { f.Doc = "does it\nwell" }},
		{"a doc with a title", func(f *Filter) { f.Doc = "" }},
		{"an input and an output", func(f *Filter) { f.In = "water" }},
		{"want a doc", func(f *Filter) { f.Fields = []spec.Field{{Name: "a", Type: "string", Wants: "x"}} }},
		{"declared twice", func(f *Filter) { f.Fields = []spec.Field{field, field} }},
		{"got *api.thing", func(f *Filter) { x := field; x.Type = "string | *api.thing"; f.Fields = []spec.Field{x} }},
		{"got Thing", func(f *Filter) { x := field; x.Type = `"One" | (a: any) => Thing[]`; f.Fields = []spec.Field{x} }},
		{"can be printed", func(f *Filter) { x := field; x.Default = "\x00"; f.Fields = []spec.Field{x} }},
		{"default among", func(f *Filter) {
			x := field
			x.Values, x.Default = []string{"b"}, `"c"`
			f.Fields = []spec.Field{x}
		}},
	}
	for _, tt := range tests {
		f := good
		tt.change(&f)
		faults := New([]*Filter{&f}, nil).Validate()
		if len(faults) != 1 || !strings.Contains(faults[0], tt.want) {
			t.Errorf("got %q, want one fault with %q", faults, tt.want)
		}
	}
}
