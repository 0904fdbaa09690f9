import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { loadReference } from "../editor/reference";
import { kindNames, kindOf } from "../editor/setup";
import { Logs } from "../logs/page";
import { Metrics } from "../metrics/page";
import { logout, session } from "../net/session";
import { guardLeaving } from "../router";
import { Status } from "../status/page";
import { IconButton } from "../ui/button";
import { ask, showDialog } from "../ui/dialog";
import { Loading } from "../ui/empty";
import { Icon, Logo, type IconName } from "../ui/icons";
import { openMenu } from "../ui/menu";
import { Split } from "../ui/split";
import { ThemeButton } from "../ui/theme";
import { busy } from "../ui/toast";
import { addFile, chooseUpload, deleteCodebase, deriveCodebase, importArchive, renameFile, runProgram, saveDocument } from "./actions";
import { Bottom, consolePane, showProblems } from "./bottom";
import { HistoryDialog } from "./commit";
import { CodeEditor } from "./editor";
import { FileTree } from "./files";
import { QuickOpen } from "./quick";
import { Search } from "./search";
import { Side } from "./side";
import { FileTabs } from "./tabs";
import { Toolbar } from "./toolbar";
import { titleOf, workspaceOf, type Workspace } from "./workspace";

type View = "editor" | "status" | "metrics" | "console";

const views: { id: View; icon: IconName; label: string }[] = [
  { id: "editor", icon: "editor", label: "Editor" },
  { id: "status", icon: "status", label: "Status" },
  { id: "metrics", icon: "metrics", label: "Metrics" },
  { id: "console", icon: "terminal", label: "Console" },
];

// The view of each codebase, remembered while the tab of the browser lives.
function viewOf(name: string): View {
  const v = sessionStorage.getItem("pipy.view:" + name);
  return views.some(o => o.id === v) ? (v as View) : "editor";
}

const view = signal<View>("editor");

// CodebasePage shows one codebase; "/" is that of the process.
export function CodebasePage({ name }: { name: string }) {
  const w = workspaceOf(name);
  useEffect(() => {
    view.value = viewOf(name);
    document.title = titleOf(name);
    void loadReference();
    return attach(w);
  }, [name]);
  const choose = (v: View) => {
    view.value = v;
    sessionStorage.setItem("pipy.view:" + name, v);
  };
  return (
    <div class="codebase">
      <nav class="rail" aria-label="Views">
        <a href="/" class="rail-home" aria-label="Home" data-tip="Home" data-tip-at="right"><Logo size={30} /></a>
        {views.map(v => (
          <button key={v.id} type="button" class="rail-button" aria-label={v.label} aria-current={view.value === v.id ? "page" : undefined}
            data-tip={v.label} data-tip-at="right" onClick={() => choose(v.id)}><Icon name={v.icon} size={21} /></button>
        ))}
        <span class="grow" />
        <a class="rail-button" href="/docs" target="_blank" aria-label="Documentation" data-tip="Documentation" data-tip-at="right"><Icon name="docs" size={20} /></a>
        <ThemeButton tipAt="right" />
        {session.value?.authRequired && <IconButton icon="leave" label="Log out" tipAt="right" onClick={() => void busy("Logging out…", logout())} />}
      </nav>
      <main class="codebase-main">
        {view.value === "editor" && <EditorView w={w} />}
        {view.value === "status" && <Status name={name} instances={w.info.value?.instances} refresh={() => w.refresh()} />}
        {view.value === "metrics" && <Metrics name={name} instances={w.info.value?.instances} refresh={() => w.refresh()} />}
        {view.value === "console" && <Logs name={name} instances={w.info.value?.instances} refresh={() => w.refresh()} />}
      </main>
    </div>
  );
}

// attach keeps a workspace current while its page is shown, and returns what ends
// that.
function attach(w: Workspace): () => void {
  void Promise.all([w.refresh(), w.refreshRunning()]).then(async () => {
    const main = w.info.value?.main;
    if (w.tabs.value.length === 0 && main && w.files.value.has(main) && !w.files.value.get(main)!.erased) await w.open(main);
  });
  const focus = () => {
    void w.refresh();
    void w.refreshRunning();
    void w.refreshOpen();
  };
  const leave = (e: BeforeUnloadEvent) => {
    if (w.unsaved.value.length) e.preventDefault();
  };
  const timer = setInterval(() => {
    if (document.hidden) return;
    void w.refreshRunning();
    void w.refreshCounts();
  }, 2000);
  const keys = (e: KeyboardEvent) => shortcut(w, e);
  addEventListener("focus", focus);
  addEventListener("beforeunload", leave);
  addEventListener("keydown", keys);
  guardLeaving(async () => {
    const list = w.unsaved.value;
    if (list.length === 0) return true;
    return ask({
      title: "Leave without saving?", danger: true, confirm: "Discard changes",
      text: <>Not saved: {list.map((d, i) => <>{i > 0 && ", "}<code>{d.path}</code></>)}</>,
    }).then(yes => {
      if (yes) for (const d of list) w.close(d.path);
      return yes;
    });
  });
  return () => {
    clearInterval(timer);
    removeEventListener("focus", focus);
    removeEventListener("beforeunload", leave);
    removeEventListener("keydown", keys);
    guardLeaving(null);
  };
}

function shortcut(w: Workspace, e: KeyboardEvent) {
  if (e.defaultPrevented) return; // the editor has taken it
  if (view.value !== "editor" || !(e.ctrlKey || e.metaKey) || e.altKey) {
    if (e.key === "F2" && view.value === "editor" && w.active.value && !w.readOnly.value) renameFile(w, w.active.value);
    return;
  }
  const key = e.key.toLowerCase();
  if (key === "s" && !e.shiftKey) void saveDocument(w, w.active.value);
  else if (key === "p" && !e.shiftKey) showDialog(close => <QuickOpen w={w} onClose={close} />);
  else if (key === "f" && e.shiftKey) pane.value = "search";
  else if (key === "m" && e.shiftKey) { consolePane.value = true; showProblems(); }
  else if (e.key === "`") consolePane.value = !consolePane.value;
  else if (e.key === "Enter" && w.mayRun.value) void runProgram(w);
  else return;
  e.preventDefault();
}

const pane = signal<"files" | "search">("files");

function EditorView({ w }: { w: Workspace }) {
  if (w.failure.value && !w.info.value) {
    return (
      <div class="empty">
        <Icon name="warning" size={28} />
        <p role="alert">{w.failure.value}</p>
        <a class="button" href="/">All codebases</a>
      </div>
    );
  }
  if (!w.info.value) return <Loading />;
  return (
    <>
      <h1 class="visually-hidden">Codebase {w.codebase.name}</h1>
      <Toolbar w={w} />
      <Split name="files" label="file tree" fixed="first" size={260} min={150}
        first={<FilesPane w={w} />}
        last={
          <Split name="console" label="console pane" column fixed="last" size={200} min={80} hidden={!consolePane.value}
            first={
              <Split name="side" label="pipelines" fixed="last" size={360} min={160}
                first={<section class="editor-pane" aria-label="Editor"><FileTabs w={w} /><CodeEditor w={w} /><Place w={w} /></section>}
                last={<Side w={w} />} />
            }
            last={<Bottom w={w} />} />
        } />
    </>
  );
}

function FilesPane({ w }: { w: Workspace }) {
  const info = w.info.value!;
  const repo = w.repo;
  const more = (e: MouseEvent) => openMenu(e.currentTarget as HTMLElement, "Codebase", [
    { label: "New file…", icon: "add", disabled: w.readOnly.value, run: () => addFile(w) },
    { label: "Upload files…", icon: "upload", disabled: w.readOnly.value, run: () => chooseUpload(w, w.folder) },
    ...(repo ? [
      "line" as const,
      { label: "History…", icon: "history" as const, run: () => showDialog(close => <HistoryDialog w={w} onClose={close} />) },
      { label: "Derive new codebase…", icon: "derive" as const, disabled: w.readOnly.value, run: () => void deriveCodebase(w) },
      { label: "Export as an archive", icon: "download" as const, run: () => { location.href = `/api/v1/export${repo.name}.tar`; } },
      { label: "Import an archive…", icon: "upload" as const, disabled: w.readOnly.value, run: () => importArchive(w) },
      { label: "Copy the address for workers", icon: "copy" as const, run: () => void navigator.clipboard?.writeText(`pipy ${location.origin}/repo${repo.name}/`) },
      "line" as const,
      { label: "Delete codebase…", icon: "trash" as const, danger: true, disabled: w.readOnly.value, run: () => void deleteCodebase(w) },
    ] : []),
  ]);
  return (
    <section class="files" aria-label="Files">
      <header class="pane-head">
        <span class="codebase-name nowrap" title={w.codebase.single ? session.value?.root : w.codebase.name}>
          {w.codebase.single ? (session.value?.root?.split("/").pop() || session.value?.name || "Program") : w.codebase.name}
        </span>
        {repo && <span class="tag" title="Committed version">v{info.version}</span>}
        {w.readOnly.value && <span class="tag" title="Nothing can be changed here">read-only</span>}
        <span class="grow" />
        <IconButton icon={pane.value === "files" ? "search" : "editor"} small label={pane.value === "files" ? "Search in all files (Ctrl+Shift+F)" : "Show the files"}
          onClick={() => { pane.value = pane.value === "files" ? "search" : "files"; }} />
        <IconButton icon="more" small menu label="More actions" onClick={more} />
      </header>
      {w.failure.value && <p class="stale" role="alert">{w.failure.value}</p>}
      {pane.value === "files" ? <FileTree w={w} /> : <Search w={w} />}
    </section>
  );
}

// Place tells where the cursor is, and what kind of file it is in.
function Place({ w }: { w: Workspace }) {
  const path = w.active.value;
  const doc = w.document(path);
  if (!doc?.state) return null;
  const n = w.problems.value.filter(p => p.file === path).length;
  const { line, column } = w.cursor.value;
  return (
    <footer class="place">
      <span class="nowrap grow" title={path}>{path}</span>
      {n > 0 && <button type="button" class="place-problems" onClick={() => { consolePane.value = true; showProblems(); }}><Icon name="error" size={12} />{n}</button>}
      {doc.dirty.value && <span>not saved</span>}
      <span>Ln {line}, Col {column}</span>
      <span>{kindNames[kindOf(path)]}</span>
    </footer>
  );
}

