// Completion, hover and signature help for scripts.

import { snippetCompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import { StateEffect, StateField, type EditorState, type Extension } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap, showTooltip, type Tooltip } from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";
import { fieldCard, memberCard, signatureCard } from "./cards";
import { argumentIndex, callAround, calledMember, contextVariables, memberAt, membersOf, pipelineNames, textOf, typeOf } from "./infer";
import { reference, signature, type Field, type Member, type Reference } from "./reference";

const kinds: Record<Member["kind"], string> = {
  filter: "filter", method: "method", function: "function", property: "property", constant: "constant", class: "class", namespace: "namespace",
  variable: "variable",
};

function memberCompletion(m: Member, info: boolean): Completion {
  const c: Completion = {
    label: m.name,
    type: kinds[m.kind],
    detail: m.fields ? signature("", m.fields) : m.kind === "namespace" ? "" : m.type,
    info: info ? () => memberCard(m) : undefined,
  };
  if (!m.fields || m.kind === "class") return c;
  const wanted = m.fields.some(f => !f.option);
  return snippetCompletion(`${m.name}(${wanted ? "${}" : ""})`, c);
}

function optionCompletion(f: Field): Completion {
  return { label: f.name, type: "property", detail: f.type, apply: f.name + ": ", info: () => fieldCard(f) };
}

// completeScript is the source of completions.
export function completeScript(ctx: CompletionContext): CompletionResult | null {
  const ref = reference.value;
  if (!ref) return null;
  const { state, pos } = ctx;
  const at = syntaxTree(state).resolveInner(pos, -1);
  if (/Comment/.test(at.name)) return null;
  if (at.name === "String" || at.name === "TemplateString") return completeString(ref, state, at, pos);
  const dot = ctx.matchBefore(/\.\s*[\w$]*$/);
  if (dot) {
    const type = typeOf(ref, state, objectBefore(state, dot.from));
    const members = membersOf(ref, type);
    const word = ctx.matchBefore(/[\w$]*$/)!;
    if (members.length === 0) return null;
    return { from: word.from, options: members.map(m => memberCompletion(m, true)), validFor: /^[\w$]*$/ };
  }
  const word = ctx.matchBefore(/[\w$]+$/);
  if (!word && !ctx.explicit) return null;
  const from = word?.from ?? pos;
  const object = optionsObject(state, at, from);
  if (object) {
    const m = calledMember(ref, state, object.call);
    const options = m?.fields?.filter(f => f.option) ?? [];
    if (options.length) {
      const given = new Set(object.node.getChildren("Property").map(p => p.firstChild).filter(k => k && k.from !== from).map(k => textOf(state, k!)));
      return { from, options: options.filter(f => !given.has(f.name)).map(optionCompletion), validFor: /^[\w$]*$/ };
    }
    return null;
  }
  if (!word && !ctx.explicit) return null;
  if (/Definition/.test(at.name)) return null;
  const options = ref.globals().map(m => memberCompletion(m, true));
  options.push(snippetCompletion("pipy(${})", { label: "pipy()", type: "function", detail: "start of a module", boost: 2 }));
  for (const v of contextVariables(state)) {
    options.push({ label: v.name, type: "variable", detail: v.from === "pipy" ? "context variable" : `context variable, ${v.from}ed`, boost: 5 });
  }
  return { from, options, validFor: /^[\w$]*$/ };
}

// objectBefore returns the expression that ends before a dot.
function objectBefore(state: EditorState, dot: number): SyntaxNode | null {
  const after = syntaxTree(state).resolveInner(dot + 1, -1);
  for (let n: SyntaxNode | null = after; n; n = n.parent) {
    if (n.name === "MemberExpression" && n.firstChild && n.firstChild.to <= dot) return n.firstChild;
    if (n.from < dot - 20_000) break;
  }
  let n: SyntaxNode | null = syntaxTree(state).resolveInner(state.sliceDoc(0, dot).trimEnd().length, -1);
  const end = n.to;
  while (n.parent && n.parent.to === end && /Expression|VariableName/.test(n.parent.name) && n.parent.name !== "ExpressionStatement") n = n.parent;
  return n;
}

// optionsObject returns the object literal whose member names are written at a
// position, when it is an argument of a call.
function optionsObject(state: EditorState, at: SyntaxNode, from: number): { node: SyntaxNode; call: SyntaxNode } | undefined {
  for (let n: SyntaxNode | null = at; n; n = n.parent) {
    if (n.name === "Property" && n.from < from && state.sliceDoc(n.from, from).includes(":")) return undefined; // a value
    if (n.name === "ObjectExpression") {
      const args = n.parent;
      const call = args?.name === "ArgList" ? args.parent : null;
      return call ? { node: n, call } : undefined;
    }
    if (n.name === "ArgList" || n.name === "ArrowFunction" || n.name === "Block") return undefined;
  }
  return undefined;
}

// completeString completes the values of an option, and the names of pipelines.
function completeString(ref: Reference, state: EditorState, at: SyntaxNode, pos: number): CompletionResult | null {
  if (at.from === pos) return null;
  const from = at.from + 1;
  const call = callAround(state, pos);
  const m = call && calledMember(ref, state, call.call);
  if (!m) return null;
  const prop = at.parent?.name === "Property" ? at.parent.getChild("PropertyDefinition") : null;
  const field = prop
    ? m.fields?.find(f => f.option && f.name === textOf(state, prop))
    : at.parent?.name === "ArgList" ? m.fields?.filter(f => !f.option)[argumentIndex(at)] : undefined;
  if (field?.values?.length) return { from, options: field.values.map(v => ({ label: v, type: "constant" })), validFor: /^[^'"`]*$/ };
  const filter = m.kind === "filter" ? ref.filters.get(m.name) : undefined;
  if (!prop && filter && (filter.joint || filter.fork || m.name === "link")) {
    return { from, options: pipelineNames(state).map(n => ({ label: n, type: "pipeline" })), validFor: /^[^'"`]*$/ };
  }
  return null;
}

// What the pointer rests on.
const hover = hoverTooltip((view, pos: number, side: -1 | 1): Tooltip | null => {
  const ref = reference.value;
  if (!ref) return null;
  const { state } = view;
  const n = syntaxTree(state).resolveInner(pos, side);
  const card = cardAt(ref, state, n);
  return card ? { pos: n.from, end: n.to, above: true, create: () => ({ dom: card }) } : null;
}, { hoverTime: 250 });

function cardAt(ref: Reference, state: EditorState, n: SyntaxNode): HTMLElement | null {
  if (n.name === "PropertyDefinition") {
    const call = n.parent?.parent?.parent?.parent;
    const m = call && (call.name === "CallExpression" || call.name === "NewExpression") ? calledMember(ref, state, call) : undefined;
    const f = m?.fields?.find(o => o.option && o.name === textOf(state, n));
    return f ? fieldCard(f) : null;
  }
  if (n.name !== "PropertyName" && n.name !== "VariableName") return null;
  if (n.name === "VariableName") {
    const name = textOf(state, n);
    const v = contextVariables(state).find(c => c.name === name);
    if (v) {
      const value = v.value ? textOf(state, v.value).slice(0, 120) : "";
      return memberCard({ name, kind: "variable", type: typeOf(ref, state, n), doc: v.from === "import" ? "A context variable that another module exports." : `A context variable of this module${v.from === "export" ? ", which others can import" : ""}.\n\nInitial value: ${value}` });
    }
    if (name === "pipy" && n.parent?.name === "CallExpression") {
      const m = calledMember(ref, state, n.parent);
      return m ? memberCard(m) : null;
    }
  }
  const m = memberAt(ref, state, n.name === "PropertyName" ? n.parent : n);
  return m ? memberCard(m) : null;
}

const closeSignature = StateEffect.define<null>();

// The call that is being written.
const signatureField = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, tr) {
    if (tr.effects.some(e => e.is(closeSignature))) return null;
    if (!tr.docChanged && !tr.selection) return value;
    if (!tr.isUserEvent("input") && !tr.isUserEvent("select") && !tr.isUserEvent("delete") && !value) return value;
    if (!tr.docChanged && !value) return null; // moving about alone does not open it
    return signatureAt(tr.state);
  },
  provide: f => showTooltip.from(f),
});

function signatureAt(state: EditorState): Tooltip | null {
  const ref = reference.value;
  const { main } = state.selection;
  if (!ref || !main.empty) return null;
  const found = callAround(state, main.head);
  const m = found && calledMember(ref, state, found.call);
  if (!found || !m) return null;
  const given = found.args.firstChild?.nextSibling?.name ?? "";
  const fields = [...(m.target && given.endsWith("String") ? [m.target] : []), ...(m.fields ?? [])];
  if (!fields.length) return null;
  let index = 0;
  for (let c = found.args.firstChild; c && c.from < main.head; c = c.nextSibling) if (c.name === ",") index++;
  const inObject = found.args.getChildren("ObjectExpression").some(o => o.from < main.head && main.head <= o.to);
  const name = m.kind === "class" ? m.type : m.name;
  return { pos: found.args.from, above: true, strictSide: false, arrow: false, create: () => ({ dom: signatureCard(name, fields, index, inObject) }) };
}

function close(view: EditorView): boolean {
  if (!view.state.field(signatureField, false)) return false;
  view.dispatch({ effects: closeSignature.of(null) });
  return true;
}

export function scriptHelp(): Extension {
  return [
    hover, signatureField,
    keymap.of([{ key: "Escape", run: close }]),
    EditorView.domEventHandlers({ blur: (_, view) => { close(view); } }),
  ];
}
