// Pages of the reference, printed from what the program declares.

import type { Class, Field, Filter, Method, Prop, Reference } from "../editor/reference";
import { capital, signature } from "../editor/reference";

export interface Entry {
  path: string;
  title: string;
  group: string;
  filter?: Filter;
  class?: Class;
  list?: "filters" | "api";
}

let made: { of: Reference; entries: Entry[] } | undefined;

// entriesOf returns the pages of a reference.
export function entriesOf(ref: Reference | null): Entry[] {
  if (!ref) return [];
  if (made?.of === ref) return made.entries;
  const filters = [...ref.filters.values()].sort((a, b) => a.name.localeCompare(b.name));
  const classes = [...ref.classes.values()].sort((a, b) => a.name.localeCompare(b.name));
  const entries: Entry[] = [
    { path: "reference/filters", title: "All filters", group: "Filters", list: "filters" },
    ...filters.map(f => ({ path: "reference/filters/" + f.name, title: f.name, group: "Filters", filter: f })),
    { path: "reference/api", title: "All classes", group: "Classes and functions", list: "api" },
    ...classes.map(c => ({ path: "reference/api/" + (c.name || "global"), title: c.name || "Global functions", group: "Classes and functions", class: c })),
  ];
  made = { of: ref, entries };
  return entries;
}

export function ReferencePage({ entry, reference }: { entry: Entry; reference: Reference }) {
  if (entry.list === "filters") {
    return <table class="ref-list"><tbody>{[...reference.filters.values()].sort((a, b) => a.name.localeCompare(b.name)).map(f => (
      <tr key={f.name}><td><a href={"/docs/reference/filters/" + f.name}><code>{f.name}</code></a></td><td>{f.title}</td></tr>
    ))}</tbody></table>;
  }
  if (entry.list) {
    return <table class="ref-list"><tbody>{[...reference.classes.values()].sort((a, b) => a.name.localeCompare(b.name)).map(c => (
      <tr key={c.name}><td><a href={"/docs/reference/api/" + (c.name || "global")}><code>{c.name || "global"}</code></a></td><td>{firstSentence(c.doc)}</td></tr>
    ))}</tbody></table>;
  }
  if (entry.filter) return <FilterPage f={entry.filter} />;
  return <ClassPage c={entry.class!} reference={reference} />;
}

function firstSentence(doc: string): string {
  const flat = doc.replace(/\s+/g, " ");
  return /^.*?\.(?=\s|$)/.exec(flat)?.[0] ?? flat;
}

// Prose shows paragraphs; indented ones are code.
function Prose({ text }: { text: string }) {
  return <>{text.split(/\n{2,}/).filter(Boolean).map((p, i) => (/^\s{2,}/.test(p) ? <pre key={i}><code>{p}</code></pre> : <p key={i}>{p}</p>))}</>;
}

function FilterPage({ f }: { f: Filter }) {
  const fields = f.fields ?? [];
  const all = f.target ? [f.target, ...fields] : fields;
  return (
    <>
      <p class="ref-title">{capital(f.title)}.</p>
      <pre><code>{signature(f.name, all)}{f.target && `\n${signature(f.name, fields)}.to(pipeline)`}</code></pre>
      <p class="ref-flow"><span class="tag">in: {f.in}</span> <span class="tag">out: {f.out}</span>{f.joint && <> <span class="tag accent">has sub-pipelines</span></>}{f.fork && <> <span class="tag accent">passes a copy on</span></>}{f.legacy && <> <span class="tag">only in pipy() chains</span></>}</p>
      <Prose text={f.doc} />
      <Fields fields={all} level="h2" />
    </>
  );
}

function Fields({ fields, level }: { fields: Field[]; level: "h2" | "none" }) {
  const plain = fields.filter(f => !f.option);
  const options = fields.filter(f => f.option);
  return (
    <>
      {plain.length > 0 && <>{level === "h2" && <h2>Parameters</h2>}<FieldTable fields={plain} /></>}
      {options.length > 0 && <>{level === "h2" ? <h2>Options</h2> : <p class="muted">Options</p>}<FieldTable fields={options} /></>}
    </>
  );
}

function FieldTable({ fields }: { fields: Field[] }) {
  return (
    <dl class="ref-fields">
      {fields.map(f => (
        <div key={f.name} id={f.option ? `option-${f.name}` : undefined}>
          <dt><code>{f.rest ? "…" : ""}{f.name}</code><span class="muted mono">{f.type}</span>{f.optional && !f.option && <span class="tag">optional</span>}
            {f.default !== undefined && f.default !== "" && <span class="muted">default <code>{f.default}</code></span>}</dt>
          <dd>{f.doc}</dd>
        </div>
      ))}
    </dl>
  );
}

function MethodView({ m, of }: { m: Method; of: string }) {
  return (
    <section class="ref-method">
      <h3 id={m.name}><code>{of}{signature(m.name, m.fields ?? [])}</code>{m.returns && m.returns !== "void" && <span class="muted mono"> {m.returns}</span>}</h3>
      <Prose text={m.doc} />
      <Fields fields={m.fields ?? []} level="none" />
    </section>
  );
}

function PropView({ p }: { p: Prop }) {
  return <section class="ref-method"><h3 id={p.name}><code>{p.name}</code><span class="muted mono"> {p.type}</span>{p.readOnly && <> <span class="tag">read-only</span></>}</h3><Prose text={p.doc ?? ""} /></section>;
}

function ClassPage({ c, reference }: { c: Class; reference: Reference }) {
  const inner = [...reference.classes.keys()].filter(n => c.name && n.startsWith(c.name + "."));
  return (
    <>
      <Prose text={c.doc} />
      {c.base && <p>Based on <a href={"/docs/reference/api/" + c.base}><code>{c.base}</code></a>.</p>}
      {inner.length > 0 && <><h2>Classes</h2><ul>{inner.map(n => <li key={n}><a href={"/docs/reference/api/" + n}><code>{n}</code></a></li>)}</ul></>}
      {c.new && <><h2>Constructor</h2><MethodView m={{ ...c.new, returns: undefined }} of="new " /></>}
      {!!c.statics?.length && <><h2>Functions</h2>{c.statics.map(m => <MethodView key={m.name} m={m} of={c.name ? c.name + "." : ""} />)}</>}
      {!!c.methods?.length && <><h2>Methods</h2>{c.methods.map(m => <MethodView key={m.name} m={m} of="" />)}</>}
      {!!c.props?.length && <><h2>Properties</h2>{c.props.map(p => <PropView key={p.name} p={p} />)}</>}
      {!!c.consts?.length && <><h2>Constants</h2>{c.consts.map(p => <PropView key={p.name} p={p} />)}</>}
    </>
  );
}
