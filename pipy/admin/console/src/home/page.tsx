import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { treeOf, type TreeNode } from "../code/paths";
import { bare, docPages, loadDocs } from "../docs/index";
import { createCodebase, listCodebases, RepoCodebase, runningProgram } from "../net/codebase";
import { failureText } from "../net/http";
import { logout, mayWrite, session } from "../net/session";
import { navigate } from "../router";
import { IconButton } from "../ui/button";
import { ask, showDialog } from "../ui/dialog";
import { Empty, Loading } from "../ui/empty";
import { Icon, Logo } from "../ui/icons";
import { openMenu } from "../ui/menu";
import { ThemeButton } from "../ui/theme";
import { busy } from "../ui/toast";
import { CreateDialog } from "./create";

const list = signal<string[] | null>(null);
const failure = signal("");
const running = signal("");
const closed = signal<ReadonlySet<string>>(new Set(["/tutorial/", "/samples/"]));

async function refresh(): Promise<void> {
  try {
    list.value = (await listCodebases()).sort();
    failure.value = "";
  } catch (err) {
    failure.value = failureText(err);
  }
  running.value = await runningProgram().catch(() => "");
}

function newCodebase(base?: string) {
  showDialog(close => (
    <CreateDialog existing={list.value ?? []} base={base} onClose={close} onCreate={async name => {
      await createCodebase(name, base);
      void navigate(`/repo${name}/`);
    }} />
  ));
}

// Home lists the codebases of the repo, and where to read on.
export function Home() {
  useEffect(() => {
    document.title = "Pipy";
    void refresh();
    void loadDocs();
    const focus = () => void refresh();
    addEventListener("focus", focus);
    return () => removeEventListener("focus", focus);
  }, []);
  const s = session.value!;
  return (
    <div class="home scroll-page">
      <header class="home-head">
        <a href="/" class="brand"><Logo size={30} /><span>Pipy</span></a>
        <span class="grow" />
        {s.version && <span class="tag">{s.version}</span>}
        <a class="button quiet small" href="/docs">Documentation</a>
        <ThemeButton tipAt="end" />
        {s.authRequired && <IconButton icon="leave" label="Log out" tipAt="end" onClick={() => void busy("Logging out…", logout())} />}
      </header>
      <main class="home-main">
        <section class="home-codebases" aria-labelledby="codebases">
          <div class="home-title">
            <h1 id="codebases">Codebases</h1>
            <span class="grow" />
            <button type="button" class="button primary" disabled={!mayWrite.value || !list.value} onClick={() => newCodebase()}><Icon name="add" />New Codebase</button>
          </div>
          <Codebases />
        </section>
        <aside class="home-links">
          <p class="lead">Pipy runs proxies that you write as pipelines of filters. Pick a codebase, or make one, and press Run.</p>
          <Links />
        </aside>
      </main>
    </div>
  );
}

function Codebases() {
  const ref = useRef<HTMLUListElement>(null);
  if (failure.value) return <Empty icon="warning">{failure.value}</Empty>;
  if (!list.value) return <Loading />;
  if (list.value.length === 0) return <Empty icon="code">There are no codebases yet. Make one with <b>New Codebase</b>.</Empty>;
  const tree = treeOf(new Map(list.value.map(n => [n, n])));
  const toggle = (path: string, open?: boolean) => {
    const next = new Set(closed.value);
    if (open ?? next.has(path)) next.delete(path);
    else next.add(path);
    closed.value = next;
  };
  const keys = (e: KeyboardEvent) => {
    const rows = [...ref.current!.querySelectorAll<HTMLElement>("[role=treeitem]")];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    const path = rows[at].dataset.path!;
    switch (e.key) {
      case "ArrowDown": rows[at + 1]?.focus(); break;
      case "ArrowUp": rows[at - 1]?.focus(); break;
      case "Home": rows[0].focus(); break;
      case "End": rows.at(-1)!.focus(); break;
      case "ArrowRight": path.endsWith("/") && closed.value.has(path) ? toggle(path, true) : rows[at + 1]?.focus(); break;
      case "ArrowLeft":
        if (path.endsWith("/") && !closed.value.has(path)) toggle(path, false);
        else rows.find(r => r.dataset.path === path.slice(0, path.replace(/\/$/, "").lastIndexOf("/") + 1))?.focus();
        break;
      case "Enter": case " ": rows[at].click(); break;
      default: return;
    }
    e.preventDefault();
  };
  const rows = (level: TreeNode<string>[], depth: number): preact.JSX.Element[] => level.map((n, i) => {
    const common = { role: "treeitem" as const, "data-path": n.path, "aria-level": depth + 1, tabIndex: depth === 0 && i === 0 ? 0 : -1, class: "home-row", style: { paddingLeft: 14 + depth * 22 + "px" } };
    if (n.children) {
      const open = !closed.value.has(n.path);
      return (
        <li key={n.path} role="none">
          <div {...common} aria-expanded={open} onClick={() => toggle(n.path)}>
            <Icon name={open ? "down" : "right"} size={14} /><Icon name="folder" /><span>{n.name}/</span><span class="muted">{count(n)}</span>
          </div>
          {open && <ul role="group">{rows(n.children, depth + 1)}</ul>}
        </li>
      );
    }
    return (
      <li key={n.path} role="none">
        <a {...common} href={`/repo${n.path}/`} onContextMenu={e => rowMenu(e, n.path)}>
          <span class="home-indent" /><Icon name="code" /><span class="home-name">{n.name}</span>
          {running.value === n.path && <span class="tag ok"><span class="pulse" aria-hidden="true" />running</span>}
        </a>
      </li>
    );
  });
  return <ul ref={ref} class="home-tree" role="tree" aria-label="Codebases" onKeyDown={keys}>{rows(tree, 0)}</ul>;
}

function rowMenu(e: MouseEvent, name: string) {
  openMenu(e, name, [
    { label: "Open", icon: "code", run: () => void navigate(`/repo${name}/`) },
    { label: "Derive new codebase…", icon: "derive", disabled: !mayWrite.value, run: () => newCodebase(name) },
    { label: "Export as an archive", icon: "download", run: () => { location.href = `/api/v1/export${name}.tar`; } },
    "line",
    { label: "Delete codebase…", icon: "trash", danger: true, disabled: !mayWrite.value, run: () => void deleteCodebase(name) },
  ]);
}

async function deleteCodebase(name: string) {
  const codebase = new RepoCodebase(name);
  const info = await busy("Loading…", codebase.info());
  if (!info) return;
  const text = <>Delete the codebase <code>{name}</code> with its history?{info.derived.length > 0 && ` What was derived from it goes with it: ${info.derived.join(", ")}.`}</>;
  if (!(await ask({ title: "Delete Codebase", text, confirm: "Delete", danger: true }))) return;
  await busy("Deleting…", codebase.remove());
  await refresh();
}

function count(n: TreeNode<string>): number {
  return n.children ? n.children.reduce((sum, c) => sum + count(c), 0) : 1;
}

interface LinkItem {
  to: string;
  text: string;
  note?: string;
}

function Links() {
  const tutorials = (list.value ?? []).filter(n => n.startsWith("/tutorial/"));
  const guides = docPages.value ?? [];
  const start: LinkItem[] = [
    ...guides.filter(p => /start/i.test(p.group) && inEnglish(p) && bare(p) !== "readme").slice(0, 4).map(p => ({ to: `/docs/${bare(p)}`, text: p.title })),
    ...guides.filter(p => bare(p) === "tutorial" && inEnglish(p)).map(p => ({ to: "/docs/tutorial", text: p.title, note: "a proxy, step by step" })),
  ];
  const read: LinkItem[] = [
    { to: "/docs", text: "Documentation", note: "guides and concepts" },
    { to: "/docs/reference/filters", text: "Filters", note: "everything that a pipeline can consist of" },
    { to: "/docs/reference/api", text: "Classes and functions", note: "what scripts can call" },
  ];
  return (
    <>
      {start.length > 0 && <LinkList title="Getting started" items={start} />}
      {tutorials.length > 0 && (
        <>
          <h2>Tutorial</h2>
          <p class="muted">The finished code of each part, to read, run and change:</p>
          <ul class="chips">{tutorials.map(t => <li key={t}><a href={`/repo${t}/`}>{t.slice("/tutorial/".length)}</a></li>)}</ul>
        </>
      )}
      <LinkList title="Documentation" items={read} />
      <h2>For programs</h2>
      <ul class="link-list">
        <li><a href="/api/v1/openapi.yaml" target="_blank">HTTP API <Icon name="out" size={12} /></a><span>everything that this console does, over HTTP</span></li>
        <li><a href="/pipy.d.ts" target="_blank">Type declarations <Icon name="out" size={12} /></a><span>for an editor of your own</span></li>
        <li><a href="/metrics" target="_blank">Metrics <Icon name="out" size={12} /></a><span>in the format of Prometheus</span></li>
      </ul>
    </>
  );
}

function inEnglish(p: { lang?: string }): boolean {
  return !p.lang || p.lang === "en";
}

function LinkList({ title, items }: { title: string; items: LinkItem[] }) {
  return (
    <>
      <h2>{title}</h2>
      <ul class="link-list">{items.map(i => <li key={i.to}><a href={i.to}>{i.text}</a>{i.note && <span>{i.note}</span>}</li>)}</ul>
    </>
  );
}
