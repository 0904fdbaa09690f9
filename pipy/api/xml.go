package api

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// xmlNode is an element of a document, or the document itself, whose name is
// empty.
type xmlNode struct {
	name       string
	attributes any // an object, or Null
	children   event.Object
}

// xmlDepth bounds elements within elements.
const xmlDepth = 1000

var errXML = errors.New("not a document")

// parseXML returns a document. Comments and processing instructions are left out,
// and so is text that is blank.
func parseXML(e spec.Engine, text string) (*xmlNode, error) {
	type open struct {
		name       string
		attributes any
		children   []any
	}
	d := xml.NewDecoder(strings.NewReader(text))
	stack := []open{{attributes: Null}}
	chars := ""
	flush := func() error {
		top := &stack[len(stack)-1]
		if strings.TrimSpace(chars) != "" {
			if len(stack) == 1 {
				return errXML
			}
			top.children = append(top.children, chars)
		}
		chars = ""
		return nil
	}
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if c, ok := token.(xml.CharData); ok {
			chars += string(c)
			continue
		}
		if err := flush(); err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(stack) > xmlDepth || len(stack) == 1 && len(stack[0].children) > 0 {
				return nil, errXML
			}
			stack = append(stack, open{name: xmlName(t.Name), attributes: xmlAttributes(e, t.Attr)})
		case xml.EndElement:
			top := stack[len(stack)-1]
			if len(stack) == 1 || top.name != xmlName(t.Name) {
				return nil, errXML
			}
			stack = stack[:len(stack)-1]
			outer := &stack[len(stack)-1]
			outer.children = append(outer.children, &xmlNode{top.name, top.attributes, e.NewArray(top.children)})
		}
	}
	if err := flush(); err != nil {
		return nil, err
	}
	if len(stack) != 1 || len(stack[0].children) != 1 {
		return nil, errXML
	}
	return &xmlNode{"", Null, e.NewArray(stack[0].children)}, nil
}

// xmlName returns a name as it was written.
func xmlName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

func xmlAttributes(e spec.Engine, list []xml.Attr) any {
	if len(list) == 0 {
		return Null
	}
	names, values := make([]string, len(list)), make([]any, len(list))
	for i, a := range list {
		names[i], values[i] = xmlName(a.Name), a.Value
	}
	return e.NewObject(names, values)
}

// xmlWriter writes a document.
type xmlWriter struct {
	b      strings.Builder
	indent string
	err    error
}

func (w *xmlWriter) node(n *xmlNode, depth int) {
	if depth > xmlDepth {
		w.err = errors.New("want at most 1000 elements within each other, got more")
		return
	}
	if !xmlNameIsValid(n.name) {
		w.err = wrong("name", "the name of an element", n.name)
		return
	}
	w.line(depth)
	w.b.WriteString("<" + n.name)
	if o, ok := n.attributes.(event.Object); ok {
		members(o, func(name string, v any) {
			if v == nil || v == Null {
				return
			}
			if !xmlNameIsValid(name) {
				w.err = wrong("attributes", "the name of an attribute", name)
				return
			}
			w.b.WriteString(" " + name + `="` + xmlAttribute.Replace(httphead.Text(v)) + `"`)
		})
	}
	var children []any
	if n.children != nil {
		children, _ = n.children.Elements()
	}
	if len(children) == 0 {
		w.b.WriteString("/>")
		return
	}
	w.b.WriteString(">")
	indent := w.indent
	mixed := false
	for _, c := range children {
		if _, isNode := c.(*xmlNode); !isNode {
			mixed = true // a blank would change the text
		}
	}
	if mixed {
		w.indent = ""
	}
	for _, c := range children {
		switch c := c.(type) {
		case *xmlNode:
			w.node(c, depth+1)
		case nil:
		default:
			w.text(httphead.Text(c))
		}
		if w.err != nil {
			return
		}
	}
	if !mixed {
		w.line(depth)
	}
	w.indent = indent
	w.b.WriteString("</" + n.name + ">")
}

func (w *xmlWriter) line(depth int) {
	if w.indent != "" && w.b.Len() > 0 {
		w.b.WriteString("\n" + strings.Repeat(w.indent, depth))
	}
}

var xmlAttribute = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", "&#10;", "\r", "&#13;", "\t", "&#9;")

// text writes characters, in a CDATA section when some have a meaning.
func (w *xmlWriter) text(s string) {
	if !strings.ContainsAny(s, "<>&") {
		w.b.WriteString(s)
		return
	}
	w.b.WriteString("<![CDATA[" + strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>") + "]]>")
}

// xmlNameIsValid refuses what would end a name.
func xmlNameIsValid(s string) bool {
	return s != "" && !strings.ContainsAny(s, " \t\r\n<>&\"'/=?!") && (s[0] > '9' || s[0] < '0') && s[0] != '-' && s[0] != '.'
}

// writeXML returns a document as text; "" when it has not exactly one element.
func writeXML(root *xmlNode, space any) (string, error) {
	var only *xmlNode
	if root != nil && root.children != nil {
		children, _ := root.children.Elements()
		for _, c := range children {
			n, ok := c.(*xmlNode)
			if !ok {
				continue
			}
			if only != nil {
				return "", nil
			}
			only = n
		}
	}
	if only == nil {
		return "", nil
	}
	w := &xmlWriter{}
	if n, ok := space.(float64); ok && n >= 1 {
		w.indent = strings.Repeat(" ", int(min(n, 10)))
	}
	w.node(only, 0)
	return w.b.String(), w.err
}

func init() {
	d := spec.NewClass[*xmlNode]("XML.Node", "An element of an XML document.")
	d.Constructor("Makes an element.", func(m *spec.Method) func(*spec.Call) (*xmlNode, error) {
		name := spec.In[string](m, "name", "Its name; empty for a document.")
		attributes := spec.InOpt[event.Object](m, "attributes", nil, "The values of its attributes by their names.")
		children := spec.InOpt[event.Object](m, "children", nil, "An array of nodes and strings.")
		m.Fields[2].Type = "(XML.Node | string)[]"
		return func(c *spec.Call) (*xmlNode, error) {
			n := &xmlNode{attributes: Null}
			var err error
			if n.name, err = name.Of(c); err != nil {
				return nil, err
			}
			if o, err := attributes.Of(c); err != nil {
				return nil, err
			} else if o != nil {
				n.attributes = o
			}
			if n.children, err = children.Of(c); err != nil {
				return nil, err
			}
			if n.children == nil {
				n.children = c.Engine.NewArray(nil)
			} else if _, ok := n.children.Elements(); !ok {
				return nil, wrong("children", "an array", n.children)
			}
			return n, nil
		}
	})
	d.Prop("name", "string", "Its name; empty for a document.", func(n *xmlNode) any { return n.name })
	d.Prop("attributes", "Record<string, string> | null", "The values of its attributes by their names; null when it has none.", func(n *xmlNode) any { return n.attributes })
	d.Prop("children", "(XML.Node | string)[]", "What is in it: elements and text.", func(n *xmlNode) any { return n.children })

	ns := spec.NewNamespace("XML", "Reads and writes XML (XML 1.0). Names keep their prefixes; entities other than the predefined ones are not known.")
	read := func(name, argument, typ string) {
		ns.Function(name, "XML.Node | null", "Returns a document: a node without a name whose only child is the root element; null when it is not valid. Comments, processing instructions and text that is blank are left out.",
			func(m *spec.Method) func(*spec.Call) (any, error) {
				spec.In[any](m, argument, "The document.")
				m.Fields[0].Type = typ
				return func(c *spec.Call) (any, error) {
					if c.Args.At(0) == nil {
						return Null, nil
					}
					text, err := documentOf(c.Args.At(0))
					if err != nil {
						return nil, err
					}
					if n, err := parseXML(c.Engine, text); err == nil {
						return n, nil
					}
					return Null, nil
				}
			})
	}
	read("parse", "text", "string | Data")
	read("decode", "data", "Data | string")
	write := func(name, returns string, result func(text string) any) {
		ns.Function(name, returns, "Returns a document as XML. It is a node with exactly one element among its children, else the result is empty. Text with < > or & is put into CDATA sections.",
			func(m *spec.Method) func(*spec.Call) (any, error) {
				doc := spec.InOpt[*xmlNode](m, "document", nil, "The document.")
				spec.InOpt[any](m, "space", nil, "Blanks per level, 10 at most; then each element is on a line of its own, unless there is text beside it.")
				m.Fields[1].Type = "number"
				return func(c *spec.Call) (any, error) {
					n, err := doc.Of(c)
					if err != nil {
						return nil, err
					}
					text, err := writeXML(n, c.Args.At(1))
					return result(text), err
				}
			})
	}
	write("stringify", "string", func(text string) any { return text })
	write("encode", "Data", func(text string) any { return event.DataString(text) })
}
