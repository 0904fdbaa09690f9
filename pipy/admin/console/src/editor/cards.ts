// The little cards of completion, hover and signature help.

import { signature, type Field, type Member } from "./reference";

function element(tag: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const e = document.createElement(tag);
  if (className) e.className = className;
  e.append(...children);
  return e;
}

function paragraphs(text: string, limit: number): HTMLElement[] {
  const all = text.split(/\n{2,}/).map(p => p.replace(/\s*\n\s*/g, " ").trim()).filter(Boolean);
  return all.slice(0, limit).map(p => element("p", "", p));
}

export function memberCard(m: Member): HTMLElement {
  const name = m.kind === "class" ? m.type : m.name;
  const head = element("div", "card-head", element("code", "", m.fields ? signature(name, m.fields) : name));
  const type = m.fields ? (m.kind === "class" || m.type === "void" ? "" : m.type) : m.type;
  if (type && m.kind !== "namespace" && m.kind !== "filter") head.append(element("span", "card-type", type));
  const card = element("div", "card", head, ...paragraphs(m.doc, m.kind === "filter" ? 2 : 1));
  const plain = (m.fields ?? []).filter(f => !f.option);
  if (plain.length) card.append(fieldList(plain));
  const options = (m.fields ?? []).filter(f => f.option);
  if (options.length) card.append(element("p", "card-options", "Options: ", element("code", "", options.map(o => o.name).join(", "))));
  if (m.page) {
    const a = element("a", "", "Documentation") as HTMLAnchorElement;
    a.href = m.page;
    a.target = "_blank";
    card.append(element("p", "card-link", a));
  }
  return card;
}

function fieldList(fields: Field[]): HTMLElement {
  const list = element("dl", "");
  for (const f of fields) list.append(element("dt", "", element("code", "", (f.rest ? "…" : "") + f.name)), element("dd", "", f.doc));
  return list;
}

export function fieldCard(f: Field): HTMLElement {
  const card = element("div", "card", element("div", "card-head", element("code", "", f.name), element("span", "card-type", f.type)), ...paragraphs(f.doc, 2));
  if (f.default !== undefined && f.default !== "") card.append(element("p", "card-options", "Default: ", element("code", "", f.default)));
  return card;
}

// signatureCard shows a call with one of its arguments marked.
export function signatureCard(name: string, fields: Field[], index: number, inObject: boolean): HTMLElement {
  const plain = fields.filter(f => !f.option);
  const options = fields.filter(f => f.option);
  const last = plain.at(-1);
  const active = inObject && options.length && index >= plain.length ? undefined : (plain[index] ?? (last?.rest ? last : undefined));
  const code = element("code", "", name + "(");
  plain.forEach((f, i) => {
    if (i) code.append(", ");
    code.append(element("span", f === active ? "card-active" : "", (f.rest ? "…" : "") + f.name + (f.optional && !f.rest ? "?" : "")));
  });
  if (options.length) {
    if (plain.length) code.append(", ");
    code.append(element("span", !active && index >= plain.length ? "card-active" : "", "{ options }"));
  }
  code.append(")");
  const card = element("div", "card card-signature", code);
  if (active) card.append(element("p", "", active.doc));
  else if (options.length && index >= plain.length) card.append(element("p", "", options.map(o => o.name).join(", ")));
  return card;
}
