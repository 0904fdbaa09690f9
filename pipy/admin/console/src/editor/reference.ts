// What scripts can call, as the program that serves the page declares it.

import { signal } from "@preact/signals";
import { getJSON } from "../net/http";

export interface Field {
  name: string;
  doc: string;
  type: string;
  default?: string;
  values?: string[];
  optional?: boolean;
  option?: boolean; // a member of the options object
  rest?: boolean;
}

export interface Method {
  name: string;
  doc: string;
  returns?: string;
  fields?: Field[];
}

export interface Prop {
  name: string;
  doc?: string;
  type: string;
  readOnly?: boolean;
}

export interface Class {
  name: string; // "" for the global functions
  doc: string;
  base?: string;
  namespace?: boolean;
  new?: Method;
  statics?: Method[];
  methods?: Method[];
  props?: Prop[];
  consts?: Prop[];
}

export interface Filter extends Method {
  title: string;
  in: string;
  out: string;
  joint?: boolean;
  target?: Field; // of a joint: the argument before the others, unless .to(...) follows
  fork?: boolean;
  legacy?: boolean;
}

// Member is something behind a dot, or a global name.
export interface Member {
  name: string;
  kind: "filter" | "method" | "function" | "property" | "constant" | "class" | "namespace" | "variable";
  doc: string;
  type: string; // of the value, or what a call returns
  fields?: Field[]; // of a call
  target?: Field; // of a call of a joint filter
  detail?: string;
  page?: string; // path of its documentation
}

export class Reference {
  readonly filters = new Map<string, Filter>();
  readonly classes = new Map<string, Class>();

  constructor(data: { filters?: Filter[]; classes?: Class[] }) {
    for (const f of data.filters ?? []) this.filters.set(f.name, f);
    for (const c of data.classes ?? []) this.classes.set(c.name, c);
  }

  // members returns what an object of a class has, or what a namespace has.
  members(type: string): Member[] {
    const list: Member[] = [];
    const seen = new Set<string>();
    const add = (m: Member) => {
      if (seen.has(m.name)) return;
      seen.add(m.name);
      list.push(m);
    };
    if (type === "Configuration") for (const f of this.filters.values()) add(filterMember(f));
    for (let c = this.classes.get(type); c; c = c.base ? this.classes.get(c.base) : undefined) {
      for (const m of c.methods ?? []) add(methodMember(m, "method", c));
      for (const p of c.props ?? []) add(propMember(p, "property", c));
      if (!c.namespace) continue;
      this.addStatics(c, add);
    }
    return list;
  }

  // statics returns what a class or namespace has itself: algo.hash, algo.Cache.
  statics(name: string): Member[] {
    const list: Member[] = [];
    const c = this.classes.get(name);
    if (c) this.addStatics(c, m => list.push(m));
    return list;
  }

  private addStatics(c: Class, add: (m: Member) => void) {
    for (const m of c.statics ?? []) add(methodMember(m, "function", c));
    for (const p of c.consts ?? []) add(propMember(p, "constant", c));
    if (c.namespace) for (const p of c.props ?? []) add(propMember(p, "property", c));
    const prefix = c.name + ".";
    for (const o of this.classes.values()) {
      if (c.name && o.name.startsWith(prefix) && !o.name.slice(prefix.length).includes(".")) add(classMember(o));
    }
  }

  // globals returns what can be named without a dot.
  globals(): Member[] {
    const list: Member[] = [];
    const c = this.classes.get("");
    if (c) {
      for (const m of [...(c.statics ?? []), ...(c.methods ?? [])]) list.push(methodMember(m, "function", c));
      for (const p of [...(c.props ?? []), ...(c.consts ?? [])]) list.push(propMember(p, "variable", c));
    }
    for (const o of this.classes.values()) if (o.name && !o.name.includes(".")) list.push(classMember(o));
    return list;
  }
}

export function classPage(name: string): string {
  return "/docs/reference/api/" + (name || "global");
}

function filterMember(f: Filter): Member {
  return {
    name: f.name, kind: "filter", type: "Configuration", fields: f.fields, target: f.target, detail: f.title,
    doc: `${capital(f.title)}.\n\n${f.doc}`, page: "/docs/reference/filters/" + f.name,
  };
}

function methodMember(m: Method, kind: Member["kind"], c: Class): Member {
  return { name: m.name, kind, type: m.returns ?? "void", fields: m.fields ?? [], doc: m.doc, page: `${classPage(c.name)}#${m.name}` };
}

function propMember(p: Prop, kind: Member["kind"], c: Class): Member {
  return { name: p.name, kind, type: p.type, doc: p.doc ?? "", page: `${classPage(c.name)}#${p.name}` };
}

function classMember(c: Class): Member {
  const name = c.name.slice(c.name.lastIndexOf(".") + 1);
  if (c.namespace) return { name, kind: "namespace", type: c.name, doc: c.doc, page: classPage(c.name) };
  return {
    name, kind: "class", type: c.name, doc: c.new ? `${c.doc}\n\n${c.new.doc}` : c.doc, fields: c.new ? (c.new.fields ?? []) : undefined,
    page: classPage(c.name),
  };
}

export function capital(s: string): string {
  return s.charAt(0).toUpperCase() + s.slice(1);
}

// signature writes a call as one reads it: connect(target, { protocol, … }).
export function signature(name: string, fields: Field[]): string {
  const parts = fields.filter(f => !f.option).map(f => (f.rest ? "…" : "") + f.name + (f.optional && !f.rest ? "?" : ""));
  if (fields.some(f => f.option)) parts.push("{ options }");
  return `${name}(${parts.join(", ")})`;
}

export const reference = signal<Reference | null>(null);

let loading: Promise<void> | undefined;

// loadReference loads it once. Without it the editor works, but knows nothing.
export function loadReference(): Promise<void> {
  loading ??= getJSON<{ filters: Filter[]; classes: Class[] }>("/api/v1/reference.json")
    .then(data => { reference.value = new Reference(data); })
    .catch(() => { loading = undefined; });
  return loading;
}
