package script

import "github.com/dop251/goja/file"

// importDeclaration reads what follows the word `import`, which is at an offset.
func (p *moduleParser) importDeclaration(start int) {
	var names []importedName
	add := func(local string, at int, name string) {
		names = append(names, importedName{local: local, name: name, at: at})
	}
	if p.t.kind != stringToken {
		more := true
		if p.t.kind == nameToken {
			local, at := p.identifier("a name")
			add(local, at, "default")
			if more = p.t.is(","); more {
				p.advance()
			}
		}
		switch {
		case !more:
		case p.t.is("*"):
			p.advance()
			p.mark("as")
			local, at := p.identifier("a name")
			add(local, at, wholeModule)
		case p.t.is("{"):
			p.importList(add)
		default:
			p.unexpected("a name, '*', '{' or the path of a module")
		}
		p.mark("from")
	}
	n, end := p.from()
	for _, i := range names {
		i.request = n
		p.s.imports = append(p.s.imports, i)
	}
	p.blankOut(start, end)
}

// importList reads `{ a, b as c, 'd e' as f }`.
func (p *moduleParser) importList(add func(local string, at int, name string)) {
	p.mark("{")
	for !p.t.is("}") {
		text := p.t.kind == stringToken
		name, at := p.exportName()
		local := name
		if text && !p.t.is("as") {
			p.unexpected("'as'")
		}
		if p.t.is("as") {
			p.advance()
			local, _ = p.identifier("a name")
		}
		add(local, at, name)
		if !p.t.is("}") {
			p.mark(",")
		}
	}
	p.advance()
}

// exportDeclaration reads what follows the word `export`, which is at an offset.
func (p *moduleParser) exportDeclaration(start int) {
	switch {
	case p.t.is("default"):
		at := p.t.at
		p.advance()
		p.exportDefault(start, at)
	case p.t.is("*"):
		p.exportAll(start)
	case p.t.is("{"):
		p.exportList(start)
	case p.t.is("var"), p.t.is("let"), p.t.is("const"), p.t.is("function"), p.t.is("class"), p.t.is("async"):
		p.blankOut(start, start+len("export"))
		p.declared(start)
	default:
		p.unexpected("'default', a declaration, '{' or '*'")
	}
}

// declared notes that an exported declaration follows an empty statement.
func (p *moduleParser) declared(at int) {
	if p.s.declared == nil {
		p.s.declared = map[file.Idx]bool{}
	}
	p.s.declared[file.Idx(at+1)] = true
}

// export adds a name.
func (p *moduleParser) export(e exportedName) {
	if other := p.s.addExport(e); other != nil {
		p.fail(e.at, "export: the name '%s' is exported twice", e.name)
	}
}

// exportAll reads `* from 'x'` and `* as name from 'x'`.
func (p *moduleParser) exportAll(start int) {
	e := exportedName{at: p.t.at}
	p.advance()
	if p.t.is("as") {
		p.advance()
		e.name, e.at = p.exportName()
		e.origin = wholeModule
	}
	p.mark("from")
	var end int
	e.request, end = p.from()
	p.export(e)
	p.blankOut(start, end)
}

// exportList reads `{ a, b as c }`, and `from 'x'` behind it.
func (p *moduleParser) exportList(start int) {
	var names []exportedName
	text := -1 // where a string stands for a name of this module
	p.mark("{")
	for !p.t.is("}") {
		if p.t.kind == stringToken {
			text = p.t.at
		}
		e := exportedName{request: -1}
		e.local, e.at = p.exportName()
		e.name = e.local
		if p.t.is("as") {
			p.advance()
			e.name, _ = p.exportName()
		}
		names = append(names, e)
		if !p.t.is("}") {
			p.mark(",")
		}
	}
	end := p.t.end
	p.step()
	if p.t.is("from") {
		p.advance()
		var n int
		n, end = p.from()
		for i := range names {
			names[i].request, names[i].origin, names[i].local = n, names[i].local, ""
		}
	} else {
		p.endOfDeclaration()
		if text >= 0 {
			p.fail(text, "export: want the name of a variable, got a string")
		}
	}
	for _, e := range names {
		p.export(e)
	}
	p.blankOut(start, end)
}

// exportDefault reads what follows `export default`, whose words are at these
// offsets. A value becomes `const D = value`; functions and classes get a name
// when they have none.
func (p *moduleParser) exportDefault(start, word int) {
	t := p.t
	what := t.text
	if t.is("async") {
		if p.advance(); p.t.is("function") && !p.t.newLine {
			what = "async function"
		}
	}
	if !t.is("function") && !t.is("class") && what != "async function" {
		p.erase(start, t.at)
		p.write(start, "const")
		p.word(word, defaultWord, defaultName)
		p.write(word+len("default")-1, "=")
		p.export(exportedName{name: "default", at: start, local: defaultName, request: -1})
		return
	}
	words := []string{what}
	if p.advance(); p.t.is("*") {
		words = append(words, "*")
		p.advance()
	}
	if p.t.kind == nameToken && (what != "class" || !p.t.is("extends")) {
		p.blankOut(start, t.at)
		p.export(exportedName{name: "default", at: start, local: p.t.text, request: -1})
		return
	}
	p.erase(start, p.t.at)
	p.fit(start, p.t.at, append(words, defaultWord))
	p.export(exportedName{name: "default", at: start, local: defaultName, request: -1})
}

// fit writes words into a blanked part of the text, where its lines have room for
// them. The last one becomes the name of the default export.
func (p *moduleParser) fit(from, to int, words []string) {
	at := from
	for i, word := range words {
		for n := 0; n < len(word); n++ {
			if at+n >= to {
				p.fail(from, "export default: want it on one line with what it exports")
			}
			if p.out[at+n] != ' ' {
				at, n = at+n+1, -1
			}
		}
		if i == len(words)-1 {
			p.word(at, word, defaultName)
		} else {
			p.write(at, word)
		}
		at += len(word) + 1
	}
}
