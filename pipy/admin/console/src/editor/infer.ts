// What is known about an expression of a script, from the text alone: enough to
// complete what comes behind a dot.

import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import type { SyntaxNode } from "@lezer/common";
import type { Member, Reference } from "./reference";

export function textOf(state: EditorState, n: { from: number; to: number }): string {
  return state.sliceDoc(n.from, n.to);
}

// What the callbacks of filters are called with.
const callbacks: Record<string, string[]> = {
  handleMessage: ["Message"], handleMessageStart: ["MessageStart"], handleMessageEnd: ["MessageEnd"], handleMessageBody: ["Data"],
  handleData: ["Data"], handleStreamStart: ["Event"], handleStreamEnd: ["StreamEnd"], handleEvent: ["Event"],
  handleTLSClientHello: ["ClientHello"], replaceMessage: ["Message"], replaceMessageStart: ["MessageStart"], replaceMessageEnd: ["MessageEnd"],
  replaceMessageBody: ["Data"], replaceData: ["Data"], replaceStreamStart: ["Event"], replaceStreamEnd: ["StreamEnd"], replaceEvent: ["Event"],
  serveHTTP: ["Message"], produceMessages: ["Message"],
};

// The head of an HTTP message has no class of its own.
const headProps = ["method", "path", "status", "statusText", "headers", "protocol", "scheme", "authority", "host"];

// membersOf returns what stands behind a dot after a value of a type.
export function membersOf(ref: Reference, type: string): Member[] {
  if (type === "head") {
    return headProps.map(name => ({ name, kind: "property", type: name === "status" ? "number" : "any", doc: "A member of the head of an HTTP message." }));
  }
  if (type.startsWith("static ")) return ref.statics(type.slice(7));
  return ref.members(type);
}

// typeOf returns the class of the value of an expression; "static X" for a class
// or a namespace itself; "" when nothing is known.
export function typeOf(ref: Reference, state: EditorState, n: SyntaxNode | null, depth = 0): string {
  if (!n || depth > 40) return "";
  switch (n.name) {
    case "ParenthesizedExpression":
      return typeOf(ref, state, n.firstChild?.nextSibling ?? null, depth + 1);
    case "NewExpression": {
      const c = n.firstChild?.nextSibling ?? null;
      const t = typeOf(ref, state, c, depth + 1);
      return t.startsWith("static ") ? t.slice(7) : "";
    }
    case "CallExpression": {
      const callee = n.firstChild;
      if (callee?.name === "VariableName" && textOf(state, callee) === "pipy") return "Configuration";
      if (callee?.name === "ParenthesizedExpression") return resultOf(ref, state, callee, depth + 1);
      return returned(memberAt(ref, state, callee, depth + 1));
    }
    case "MemberExpression": {
      const m = memberAt(ref, state, n, depth + 1);
      if (!m) return "";
      if (m.kind === "class" || m.kind === "namespace") return "static " + m.type;
      if (m.name === "head" && m.type === "any") return "head";
      return plainType(m.type);
    }
    case "VariableName":
      return typeOfName(ref, state, n, depth);
    case "String":
    case "TemplateString":
      return "string";
  }
  return "";
}

// resultOf returns what a function in parentheses returns: (config => pipy()...)(...)
function resultOf(ref: Reference, state: EditorState, parens: SyntaxNode, depth: number): string {
  const fn = parens.getChild("ArrowFunction");
  const body = fn?.lastChild ?? null;
  return body && body.name !== "Block" ? typeOf(ref, state, body, depth) : "";
}

function returned(m: Member | undefined): string {
  if (!m || m.kind === "property" || m.kind === "variable") return "";
  if (m.kind === "class") return m.type;
  return plainType(m.type);
}

// plainType drops what a value may be besides: "XML.Node | null" is XML.Node.
function plainType(type: string): string {
  const t = type.replace(/\s*\|\s*(null|undefined)\b/g, "").trim();
  return /^[\w.]+$/.test(t) ? t : "";
}

// memberAt returns what a callee or a member expression names.
export function memberAt(ref: Reference, state: EditorState, n: SyntaxNode | null, depth = 0): Member | undefined {
  if (!n) return undefined;
  if (n.name === "VariableName") {
    const name = textOf(state, n);
    return ref.globals().find(g => g.name === name);
  }
  if (n.name !== "MemberExpression") return undefined;
  const prop = n.getChild("PropertyName");
  if (!prop) return undefined;
  const name = textOf(state, prop);
  return membersOf(ref, typeOf(ref, state, n.firstChild, depth + 1)).find(m => m.name === name);
}

function typeOfName(ref: Reference, state: EditorState, n: SyntaxNode, depth: number): string {
  const name = textOf(state, n);
  const declared = declarationOf(state, n, name);
  if (declared?.value) return typeOf(ref, state, declared.value, depth + 1);
  if (declared) return declared.type || parameterType(ref, state, declared.node, depth);
  if (name === "__inbound") return "Inbound";
  if (ref.classes.has(name) && name) return "static " + name;
  const g = ref.globals().find(m => m.name === name);
  return g ? plainType(g.type) : "";
}

interface Declaration {
  node: SyntaxNode;
  value: SyntaxNode | null;
  type: string;
}

// declarationOf finds the declaration of a name that is seen from a node: a
// parameter, a variable, or a context variable of the module.
function declarationOf(state: EditorState, from: SyntaxNode, name: string): Declaration | undefined {
  for (let scope: SyntaxNode | null = from.parent; scope; scope = scope.parent) {
    if (scope.name === "ArrowFunction" || scope.name === "FunctionExpression" || scope.name === "FunctionDeclaration") {
      const list = scope.getChild("ParamList");
      const params = list ? list.getChildren("VariableDefinition") : scope.getChildren("VariableDefinition").slice(0, 1);
      const found = params.find(p => textOf(state, p) === name);
      if (found) return { node: found, value: null, type: name === "$" ? "Configuration" : "" };
    }
    if (scope.name !== "Script" && scope.name !== "Block") continue;
    for (const decl of scope.getChildren("VariableDeclaration")) {
      for (const d of decl.getChildren("VariableDefinition")) {
        if (textOf(state, d) !== name) continue;
        const eq = d.nextSibling?.name === "Equals" ? d.nextSibling.nextSibling : null;
        return { node: d, value: eq, type: "" };
      }
    }
  }
  const variable = contextVariables(state).find(v => v.name === name);
  return variable ? { node: variable.node, value: variable.value, type: "" } : undefined;
}

// parameterType returns the class of a parameter of a callback of a filter.
function parameterType(ref: Reference, state: EditorState, param: SyntaxNode, depth: number): string {
  let fn: SyntaxNode | null = param.parent;
  if (fn?.name === "ParamList") fn = fn.parent;
  const at = fn?.name === "ArrowFunction" ? positionOf(param) : -1;
  const args = fn?.parent;
  if (at < 0 || args?.name !== "ArgList") return "";
  const callee = args.parent?.firstChild ?? null;
  const m = memberAt(ref, state, callee, depth + 1);
  if (!m) return "";
  const known = m.kind === "filter" ? callbacks[m.name]?.[at] : undefined;
  if (known) return known;
  const field = m.fields?.filter(f => !f.option)[argumentIndex(fn!)];
  const declared = field && /\(([^()]*)\)\s*=>/.exec(field.type)?.[1].split(",")[at];
  const type = declared?.split(":")[1]?.trim();
  return type ? plainType(type) : "";
}

function positionOf(param: SyntaxNode): number {
  let i = 0;
  for (let s = param.prevSibling; s; s = s.prevSibling) if (s.name === ",") i++;
  return i;
}

// argumentIndex returns the position of an argument in its list, from 0.
export function argumentIndex(n: SyntaxNode): number {
  let i = 0;
  for (let s = n.prevSibling; s; s = s.prevSibling) if (s.name === ",") i++;
  return i;
}

export interface ContextVariable {
  name: string;
  node: SyntaxNode;
  value: SyntaxNode | null;
  from: string; // where it comes from: "pipy", "export" or "import"
}

// contextVariables returns the variables that pipy(), export() and import() of a
// module declare.
export function contextVariables(state: EditorState): ContextVariable[] {
  const list: ContextVariable[] = [];
  const tree = ensureSyntaxTree(state, Math.min(state.doc.length, 200_000), 50) ?? syntaxTree(state);
  tree.iterate({
    enter(n) {
      if (n.name !== "CallExpression") return;
      const callee = n.node.firstChild;
      const name = callee?.name === "MemberExpression" ? callee.getChild("PropertyName") : callee;
      const called = name ? textOf(state, name) : "";
      if (!["pipy", "export", "import"].includes(called) || (called === "pipy" && callee?.name !== "VariableName")) return;
      for (const prop of n.node.getChild("ArgList")?.getChild("ObjectExpression")?.getChildren("Property") ?? []) {
        const key = prop.getChild("PropertyDefinition");
        if (key) list.push({ name: textOf(state, key), node: key, value: called === "import" ? null : prop.lastChild, from: called });
      }
    },
  });
  return list;
}

// pipelineNames returns the names of the pipelines that a module describes.
export function pipelineNames(state: EditorState): string[] {
  const names = new Set<string>();
  syntaxTree(state).iterate({
    enter(n) {
      if (n.name !== "CallExpression") return;
      const callee = n.node.firstChild;
      const prop = callee?.name === "MemberExpression" ? callee.getChild("PropertyName") : null;
      if (!prop || textOf(state, prop) !== "pipeline") return;
      const s = n.node.getChild("ArgList")?.getChild("String");
      if (s) names.add(textOf(state, s).slice(1, -1));
    },
  });
  return [...names];
}

// callAround returns the call in whose arguments a position is.
export function callAround(state: EditorState, pos: number): { call: SyntaxNode; args: SyntaxNode } | undefined {
  for (let n: SyntaxNode | null = syntaxTree(state).resolveInner(pos, -1); n; n = n.parent) {
    if (n.name === "ArgList" && n.from < pos && (pos < n.to || textOf(state, n).at(-1) !== ")")) {
      const call = n.parent;
      if (call?.name === "CallExpression" || call?.name === "NewExpression") return { call, args: n };
    }
    if (n.name === "Block" || n.name === "Script") return undefined;
  }
  return undefined;
}

// calledMember returns what a call calls, or what class a new expression makes.
export function calledMember(ref: Reference, state: EditorState, call: SyntaxNode): Member | undefined {
  const callee = call.name === "NewExpression" ? (call.firstChild?.nextSibling ?? null) : call.firstChild;
  if (callee?.name === "VariableName" && textOf(state, callee) === "pipy" && call.name === "CallExpression") {
    const pipy = ref.classes.get("pipy");
    return {
      name: "pipy", kind: "function", type: "Configuration", doc: pipy?.doc ?? "",
      fields: [{ name: "variables", type: "object | (() => object)", optional: true, doc: "The context variables of the module and their initial values, or a function that returns them." }],
    };
  }
  return memberAt(ref, state, callee);
}
