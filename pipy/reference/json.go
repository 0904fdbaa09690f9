package reference

import (
	"encoding/json"
	"io"

	"pipy/pipy/spec"
)

type jsonReference struct {
	Filters []jsonFilter `json:"filters"`
	Classes []jsonClass  `json:"classes"`
}

type jsonFilter struct {
	Name   string      `json:"name"`
	Title  string      `json:"title"`
	Doc    string      `json:"doc,omitempty"`
	In     string      `json:"in"`
	Out    string      `json:"out"`
	Joint  bool        `json:"joint,omitempty"`
	Fork   bool        `json:"fork,omitempty"`
	Legacy bool        `json:"legacy,omitempty"`
	Target *jsonField  `json:"target,omitempty"` // of a joint: the argument before the others, unless .to(...) follows
	Fields []jsonField `json:"fields,omitempty"`
}

type jsonField struct {
	Name     string   `json:"name"`
	Doc      string   `json:"doc"`
	Type     string   `json:"type"`
	Default  string   `json:"default,omitempty"`
	Values   []string `json:"values,omitempty"`
	Optional bool     `json:"optional,omitempty"`
	Option   bool     `json:"option,omitempty"`
	Rest     bool     `json:"rest,omitempty"`
}

type jsonClass struct {
	Name      string       `json:"name"`
	Doc       string       `json:"doc"`
	Base      string       `json:"base,omitempty"`
	Namespace bool         `json:"namespace,omitempty"`
	New       *jsonMethod  `json:"new,omitempty"`
	Statics   []jsonMethod `json:"statics,omitempty"`
	Methods   []jsonMethod `json:"methods,omitempty"`
	Props     []jsonProp   `json:"props,omitempty"`
	Consts    []jsonProp   `json:"consts,omitempty"`
}

type jsonMethod struct {
	Name    string      `json:"name"`
	Doc     string      `json:"doc"`
	Returns string      `json:"returns,omitempty"`
	Fields  []jsonField `json:"fields,omitempty"`
}

type jsonProp struct {
	Name     string `json:"name"`
	Doc      string `json:"doc,omitempty"`
	Type     string `json:"type"`
	ReadOnly bool   `json:"readOnly,omitempty"`
}

// JSON prints everything as one JSON object with the members filters and
// classes.
func (r *Reference) JSON(w io.Writer) error {
	var doc jsonReference
	for _, f := range r.filters {
		j := jsonFilter{
			Name: f.Name, Title: title(f.Doc), Doc: body(f.Doc), In: f.In, Out: f.Out,
			Joint: f.Joint, Fork: f.Fork, Legacy: f.Legacy, Fields: jsonFields(f.Fields),
		}
		if f.Joint {
			j.Target = &jsonFields(f.arguments()[:1])[0]
		}
		doc.Filters = append(doc.Filters, j)
	}
	for _, c := range r.classes {
		doc.Classes = append(doc.Classes, jsonClassOf(c))
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(doc)
}

func jsonClassOf(c *spec.Class) jsonClass {
	j := jsonClass{Name: c.Name, Doc: c.Doc, Base: c.Base, Namespace: isNamespace(c)}
	if c.New != nil {
		m := jsonMethods([]*spec.Method{c.New})[0]
		j.New = &m
	}
	j.Statics = jsonMethods(methods(c.Statics))
	j.Methods = jsonMethods(methods(c.Methods))
	for _, p := range props(c.Props) {
		j.Props = append(j.Props, jsonProp{Name: p.Name, Doc: p.Doc, Type: p.Type, ReadOnly: true})
	}
	for _, name := range constants(c) {
		j.Consts = append(j.Consts, jsonProp{Name: name, Type: constType(c.Consts[name]), ReadOnly: true})
	}
	return j
}

func jsonMethods(list []*spec.Method) []jsonMethod {
	var all []jsonMethod
	for _, m := range list {
		all = append(all, jsonMethod{Name: m.Name, Doc: m.Doc, Returns: m.Returns, Fields: jsonFields(m.Fields)})
	}
	return all
}

func jsonFields(fields []spec.Field) []jsonField {
	var list []jsonField
	for _, f := range fields {
		list = append(list, jsonField{f.Name, f.Doc, f.Type, f.Default, f.Values, f.Optional, f.Option, f.Rest})
	}
	return list
}
