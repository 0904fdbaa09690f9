import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { loadReference, reference } from "../editor/reference";
import { escapePath, failureText, getText } from "../net/http";
import { hash, navigate, path } from "../router";
import { IconButton } from "../ui/button";
import { Empty, Loading } from "../ui/empty";
import { Icon, Logo } from "../ui/icons";
import { ThemeButton } from "../ui/theme";
import { bare, docPages, languages, loadDocs, pick, place, preferred } from "./index";
import { entriesOf, ReferencePage, type Entry } from "./reference";

const navOpen = signal(false); // on narrow screens
const word = signal("");

// Docs shows the guides that the program carries, and the reference that it prints
// of itself.
export function Docs() {
  useEffect(() => {
    void loadDocs();
    void loadReference();
  }, []);
  const pages = docPages.value;
  const { lang: asked, page } = place(path.value);
  const there = useMemo(() => new Set((pages ?? []).map(p => p.lang || "en")), [pages]);
  const lang = asked || preferred(navigator.languages, there);
  const found = pages ? pick(pages, page, lang) : undefined;
  const entries = entriesOf(reference.value);
  const entry = entries.find(e => e.path === page);
  const first = pages?.[0];
  useEffect(() => {
    navOpen.value = false;
    if (page === "" && first) void navigate("/docs/" + bare(first), { replace: true });
    document.title = `${found?.title ?? entry?.title ?? "Documentation"} – Pipy`;
  }, [page, first, found, entry]);
  return (
    <div class={`docs ${navOpen.value ? "nav-open" : ""}`}>
      <header class="docs-head">
        <IconButton icon="menu" label="Contents" tipAt="start" pressed={navOpen.value} id="docs-menu" onClick={() => { navOpen.value = !navOpen.value; }} />
        <a href="/" class="brand"><Logo size={26} /><span>Pipy</span></a>
        <span class="muted docs-word">Documentation</span>
        <span class="grow" />
        {there.size > 1 && (
          <select class="select small" aria-label="Language" value={lang} onChange={e => void navigate(`/docs/${e.currentTarget.value}/${page}`)}>
            {[...there].map(l => <option key={l} value={l}>{languages[l] ?? l}</option>)}
          </select>
        )}
        <ThemeButton tipAt="end" />
      </header>
      <div class="docs-main">
        <Nav entries={entries} page={page} lang={asked} />
        {found ? <Guide key={found.path} src={found.path} title={found.title} />
          : entry ? <Article title={entry.title} key={entry.path}><ReferencePage entry={entry} reference={reference.value!} /></Article>
          : pages === null || reference.value === null ? <Loading />
          : <Missing page={page} any={pages.length > 0} />}
      </div>
    </div>
  );
}

function Missing({ page, any }: { page: string; any: boolean }) {
  return (
    <Empty icon="docs">
      {page ? `There is no page “${page}” in this program.` : any ? "Choose a page." : "This program carries no guides. The reference, on the left, is printed from the program itself."}
    </Empty>
  );
}

function Nav({ entries, page, lang }: { entries: Entry[]; page: string; lang: string }) {
  const pages = docPages.value ?? [];
  const ref = useRef<HTMLElement>(null);
  const prefix = lang ? `/docs/${lang}/` : "/docs/";
  const shown = lang || preferred(navigator.languages, new Set(pages.map(p => p.lang || "en")));
  const groups = new Map<string, { path: string; title: string }[]>();
  const seen = new Set<string>();
  for (const p of pages) {
    const path = bare(p);
    if (seen.has(path)) continue;
    seen.add(path);
    const best = pick(pages, path, shown)!;
    groups.set(p.group, [...(groups.get(p.group) ?? []), { path, title: best.title }]);
  }
  for (const e of entries) if (!seen.has(e.path)) groups.set(e.group, [...(groups.get(e.group) ?? []), e]);
  const low = word.value.trim().toLowerCase();
  useEffect(() => {
    ref.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest" });
  }, [page, groups.size]);
  return (
    <nav ref={ref} class="docs-nav" aria-label="Documentation">
      <input class="input small" type="search" aria-label="Find a page" placeholder="Find a page" value={word.value} onInput={e => { word.value = e.currentTarget.value; }} />
      {[...groups].map(([group, items]) => {
        const hits = low ? items.filter(i => i.title.toLowerCase().includes(low)) : items;
        if (hits.length === 0) return null;
        const here = items.some(i => i.path === page);
        return (
          <details key={group} open={here || !!low || items.length < 14}>
            <summary class={here ? "here" : ""}><Icon name="right" size={12} />{group}<span class="muted">{hits.length}</span></summary>
            <ul>
              {hits.map(i => <li key={i.path}><a href={prefix + escapePath(i.path)} aria-current={i.path === page ? "page" : undefined}>{i.title}</a></li>)}
            </ul>
          </details>
        );
      })}
    </nav>
  );
}

// Guide shows a page that was made of a text of the documentation.
function Guide({ src, title }: { src: string; title: string }) {
  const [html, setHTML] = useState<string | null>(null);
  const [failure, setFailure] = useState("");
  useEffect(() => {
    const name = src.replace(/^\//, "").replace(/\.(html|md)$/, "");
    getText(`/api/v1/docs/${escapePath(name)}.html`).then(setHTML, err => setFailure(failureText(err)));
  }, [src]);
  if (failure) return <Empty icon="warning">{failure}</Empty>;
  if (html === null) return <Loading />;
  return <Article title={title} html={html} />;
}

interface Heading {
  id: string;
  text: string;
  deep: boolean;
}

// Article is a text with the table of its headings.
function Article({ title, html, children }: { title: string; html?: string; children?: preact.ComponentChildren }) {
  const ref = useRef<HTMLElement>(null);
  const [toc, setTOC] = useState<Heading[]>([]);
  useLayoutEffect(() => {
    const box = ref.current!;
    if (html !== undefined) {
      box.innerHTML = html;
      if (!box.querySelector("h1")) box.insertAdjacentElement("afterbegin", Object.assign(document.createElement("h1"), { textContent: title }));
      box.querySelectorAll("pre").forEach(markChanges);
      void import("./highlight").then(m => m.highlight(box));
    }
    const heads = [...box.querySelectorAll<HTMLElement>("h2, h3")];
    for (const h of heads) h.id ||= h.textContent!.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
    setTOC(heads.map(h => ({ id: h.id, text: h.textContent!, deep: h.tagName === "H3" })));
  }, [html, title]);
  useEffect(() => {
    const id = decodeURIComponent(hash.value.slice(1));
    const goal = id && document.getElementById(id);
    if (goal) goal.scrollIntoView();
    else ref.current!.parentElement!.scrollTo(0, 0);
  }, [hash.value, html, title]);
  return (
    <div class="docs-body scroll-page">
      {html === undefined ? <main ref={ref} class="prose"><h1>{title}</h1>{children}</main> : <main ref={ref} class="prose" />}
      {toc.length > 1 && (
        <aside class="toc" aria-label="On this page">
          <h2>On this page</h2>
          <ul>{toc.map(h => <li key={h.id} class={h.deep ? "deep" : ""}><a href={`#${h.id}`}>{h.text}</a></li>)}</ul>
        </aside>
      )}
    </div>
  );
}

// markChanges colors the lines of a listing that begin with + or -.
function markChanges(pre: HTMLPreElement) {
  if (!/language-diff|diff/.test(pre.className + (pre.firstElementChild?.className ?? ""))) return;
  const code = pre.querySelector("code") ?? pre;
  const lines = code.textContent!.replace(/\n$/, "").split("\n");
  code.replaceChildren(...lines.map(l => {
    const span = document.createElement("span");
    span.className = l.startsWith("+") ? "added" : l.startsWith("-") ? "erased" : "";
    span.textContent = l + "\n";
    return span;
  }));
}
