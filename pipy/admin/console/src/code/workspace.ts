// The state of the page of one codebase: its files, what is open, what runs.

import { computed, signal } from "@preact/signals";
import type { EditorState } from "@codemirror/state";
import {
  check, OwnCodebase, RepoCodebase, runningProgram, startProgram, stopProgram, type Codebase, type Precondition,
} from "../net/codebase";
import { failureText, getJSON, HTTPError, isStatus, request } from "../net/http";
import { clearLog } from "../net/log";
import { mayWrite, session } from "../net/session";
import type { Counts, Graph, Info, Problem } from "../net/types";
import { Document } from "./document";
import { basename, dirname } from "./paths";
import { merge, relocate } from "./problems";

export interface FileMark {
  edited: boolean;
  erased: boolean;
  inherited: boolean;
  main: boolean;
}

// Conflict is what saving throws when the file was changed by somebody else.
export class Conflict extends Error {
  constructor(readonly doc: Document) {
    super(`${doc.path} was changed by somebody else`);
  }
}

export class Workspace {
  readonly codebase: Codebase;
  readonly info = signal<(Info & { readOnly?: boolean }) | null>(null);
  readonly failure = signal("");
  readonly tabs = signal<string[]>([]);
  readonly active = signal(""); // path of the document that is shown
  readonly selected = signal(""); // path in the tree; of a folder it ends with a slash
  readonly documents = signal<ReadonlyMap<string, Document>>(new Map());
  readonly running = signal<string | null>(null); // null while it is not known
  readonly startProblems = signal<Problem[]>([]);
  readonly checkProblems = signal<Problem[]>([]);
  readonly textProblems = signal<Problem[]>([]); // of texts that are looked at here
  readonly edited = signal(0); // counts the changes of all buffers
  readonly graph = signal<{ path: string; graph: Graph } | null>(null);
  readonly graphFailure = signal("");
  readonly counts = signal<Counts | null>(null);
  readonly cursor = signal({ line: 1, column: 1 });
  readonly goTo = signal<{ path: string; line: number; column: number } | null>(null);

  private countsThere = true; // until the process says otherwise

  makeState: (path: string, text: string, readOnly: boolean) => EditorState = () => { throw new Error("no editor"); };

  readonly readOnly = computed(() => !mayWrite.value || (this.info.value?.readOnly ?? false));
  // Starting and stopping needs a role, but no codebase that can be written.
  readonly mayRun = computed(() => session.value?.role === "admin");
  // What "Run" runs: the codebase; in a folder without a main script, the script
  // that is shown.
  readonly program = computed(() => {
    if (session.value?.mode !== "workspace" || this.info.value?.main) return this.codebase.name;
    return this.active.value.endsWith(".js") ? this.active.value : "";
  });
  readonly isRunning = computed(() => !!this.running.value && this.running.value === this.program.value);
  // A process with one codebase runs nothing else: whatever runs is of here.
  readonly isOurs = computed(() => this.isRunning.value || (this.codebase.single && !!this.running.value));
  readonly problems = computed(() => merge(this.textProblems.value, [...this.checkProblems.value, ...this.startProblems.value].map(p => relocate(p, this.files.value))));
  readonly unsaved = computed(() => [...this.documents.value.values()].filter(d => d.dirty.value));

  readonly files = computed(() => {
    const i = this.info.value;
    const marks = new Map<string, FileMark>();
    if (!i) return marks;
    const own = new Set([...i.files, ...i.editFiles]);
    for (const path of [...i.baseFiles, ...i.files, ...i.editFiles, ...i.erasedFiles].sort()) {
      marks.set(path, {
        edited: i.editFiles.includes(path),
        erased: i.erasedFiles.includes(path),
        inherited: !own.has(path) && !i.erasedFiles.includes(path),
        main: i.main === path,
      });
    }
    return marks;
  });

  constructor(name: string) {
    this.codebase = name === "/" ? new OwnCodebase() : new RepoCodebase(name);
  }

  get repo(): RepoCodebase | null {
    return this.codebase instanceof RepoCodebase ? this.codebase : null;
  }

  document(path: string): Document | undefined {
    return this.documents.value.get(path);
  }

  async refresh(): Promise<void> {
    try {
      this.info.value = await this.codebase.info();
      this.failure.value = "";
    } catch (err) {
      this.failure.value = isStatus(err, 404) ? `There is no codebase ${this.codebase.name}.` : failureText(err);
    }
  }

  async refreshRunning(): Promise<void> {
    try {
      this.running.value = await runningProgram();
    } catch {
      this.running.value = null;
    }
  }

  async open(path: string): Promise<Document> {
    let doc = this.document(path);
    if (!doc) {
      doc = new Document(path);
      this.documents.value = new Map(this.documents.value).set(path, doc);
    }
    if (!this.tabs.value.includes(path)) this.tabs.value = [...this.tabs.value, path];
    this.selected.value = path;
    this.active.value = path;
    if (!doc.loaded.value) await this.load(doc);
    return doc;
  }

  // load reads a document anew, whatever its buffer has.
  async load(doc: Document): Promise<void> {
    try {
      const content = await this.codebase.read(doc.path);
      doc.fill(content, text => this.makeState(doc.path, text, this.readOnly.value));
    } catch (err) {
      doc.failure.value = failureText(err);
    }
    this.documents.value = new Map(this.documents.value);
  }

  // close closes a document without asking.
  close(path: string): void {
    const tabs = this.tabs.value;
    const at = tabs.indexOf(path);
    const rest = tabs.filter(t => t !== path);
    const documents = new Map(this.documents.value);
    documents.delete(path);
    this.documents.value = documents;
    this.tabs.value = rest;
    if (this.active.value !== path) return;
    this.active.value = rest[Math.min(at, rest.length - 1)] ?? "";
    this.selected.value = this.active.value;
  }

  // refreshOpen looks whether the files that are open were changed elsewhere: those
  // without unsaved changes are read anew, others are marked.
  async refreshOpen(): Promise<void> {
    for (const doc of this.documents.value.values()) {
      if (!doc.loaded.value || !doc.etag) continue;
      const now = await this.codebase.read(doc.path).catch(() => null);
      if (!now || now.etag === doc.etag) continue;
      if (doc.dirty.value) doc.changedOutside.value = true;
      else doc.fill(now, text => this.makeState(doc.path, text, this.readOnly.value));
      this.documents.value = new Map(this.documents.value);
    }
  }

  // save writes a document if it is still what was read; else it throws a Conflict.
  async save(doc: Document, o: { overwrite?: boolean } = {}): Promise<void> {
    if (!doc.state) return;
    const text = doc.state.doc;
    const when: Precondition = o.overwrite || !doc.etag ? {} : { match: doc.etag };
    try {
      doc.markSaved(text, await this.codebase.write(doc.path, doc.state.sliceDoc(), when));
    } catch (err) {
      if (isStatus(err, 412, 409)) {
        const theirs = await this.codebase.read(doc.path).catch(() => null);
        if (theirs && !theirs.binary && theirs.text === doc.text) { // somebody saved the same
          doc.markSaved(text, theirs.etag);
          return this.refresh();
        }
        doc.changedOutside.value = true;
        throw new Conflict(doc);
      }
      throw err;
    }
    await this.refresh();
  }

  async saveAll(): Promise<number> {
    const list = this.unsaved.value;
    for (const doc of list) await this.save(doc);
    return list.length;
  }

  async create(path: string, body: string | Uint8Array = ""): Promise<void> {
    await this.codebase.write(path, body, { absent: true });
    await this.refresh();
  }

  async erase(path: string): Promise<void> {
    await this.codebase.erase(path);
    this.close(path);
    this.selected.value = "";
    await this.refresh();
  }

  async reset(path: string): Promise<void> {
    await this.codebase.reset(path);
    await this.refresh();
    const doc = this.document(path);
    if (!doc) return;
    if (this.files.value.has(path)) await this.load(doc);
    else this.close(path);
  }

  // rename moves a file; its unsaved changes go with it.
  async rename(from: string, to: string): Promise<void> {
    const doc = this.document(from);
    const body = doc?.dirty.value ? doc.text : (await this.codebase.read(from)).bytes;
    const main = this.info.value?.main === from;
    await this.codebase.write(to, body, { absent: true });
    if (main) await this.codebase.setMain(to);
    await this.codebase.erase(from);
    const open = this.tabs.value.includes(from);
    this.close(from);
    await this.refresh();
    if (open) await this.open(to);
  }

  async setMain(path: string): Promise<void> {
    await this.codebase.setMain(path);
    await this.refresh();
  }

  async commit(seen: number | string, message: string): Promise<void> {
    try {
      await this.repo!.commit(seen, message);
    } catch (err) {
      if (isStatus(err, 412, 409)) throw new HTTPError(err.status, "Somebody else committed in the meantime. Close this dialog and look at the changes again.");
      throw err;
    } finally {
      await this.refresh();
    }
  }

  // start runs the codebase; the problems of one that does not start are kept as
  // markers.
  async start(): Promise<void> {
    clearLog();
    this.startProblems.value = [];
    try {
      await startProgram(this.program.value);
    } catch (err) {
      if (err instanceof HTTPError) this.startProblems.value = err.problems;
      throw err;
    } finally {
      await this.refreshRunning();
    }
  }

  async stop(): Promise<void> {
    try {
      await stopProgram();
    } finally {
      await this.refreshRunning();
    }
  }

  // unsavedTexts returns the buffers that differ from what the server has.
  unsavedTexts(): Record<string, string> {
    return Object.fromEntries(this.unsaved.value.map(d => [d.path, d.text]));
  }

  async checkNow(signal: AbortSignal): Promise<void> {
    const problems = this.program.value ? await check(this.program.value, this.unsavedTexts(), signal) : [];
    if (!problems) return;
    this.checkProblems.value = problems;
    this.startProblems.value = this.startProblems.value.filter(p => !p.line); // those in texts are told anew
  }

  // draw asks for the graph of a text. While it does not parse, the old graph stays.
  async draw(path: string, text: string, signal: AbortSignal): Promise<void> {
    try {
      const res = await request("/api/v1/graph", { method: "POST", body: text, headers: { accept: "application/json" }, signal });
      const g = (await res.json()) as Graph;
      if (!signal.aborted) {
        this.graph.value = { path, graph: { roots: g.roots ?? [], nodes: g.nodes ?? [] } };
        this.graphFailure.value = "";
        this.noteText(path, []);
      }
    } catch (err) {
      if (signal.aborted) return;
      if (err instanceof HTTPError) this.noteText(path, err.problems.map(p => ({ ...p, file: path })));
      this.graphFailure.value = isStatus(err, 404, 405) ? "This process draws no graphs." : failureText(err);
      if (this.graph.value?.path !== path) this.graph.value = null;
    }
  }

  // noteText notes what a look at the text of one file alone has found.
  noteText(path: string, problems: Problem[]): void {
    if (problems.length === 0 && !this.textProblems.value.some(p => p.file === path)) return;
    this.textProblems.value = [...this.textProblems.value.filter(p => p.file !== path), ...problems];
  }

  async refreshCounts(): Promise<void> {
    if (!this.countsThere) return;
    this.counts.value = this.isOurs.value
      ? await getJSON<Counts>("/api/v1/filters").catch(err => { this.countsThere = !isStatus(err, 404); return null; })
      : null;
  }

  // abandon forgets everything: the codebase is gone.
  abandon(): void {
    this.documents.value = new Map();
    this.tabs.value = [];
    this.active.value = "";
    workspaces.delete(this.codebase.name);
  }

  reveal(path: string, line: number, column: number): void {
    void this.open(path).then(() => { this.goTo.value = { path, line, column }; });
  }

  // folder is where a new file would go, with a slash at its end.
  get folder(): string {
    const s = this.selected.value;
    return s === "" || s.endsWith("/") ? s || "/" : dirname(s);
  }
}

const workspaces = new Map<string, Workspace>();

// workspaceOf returns the workspace of a codebase, which lives as long as the page.
export function workspaceOf(name: string): Workspace {
  let w = workspaces.get(name);
  if (!w) workspaces.set(name, (w = new Workspace(name)));
  return w;
}

// title is what a tab of the browser says.
export function titleOf(name: string): string {
  return name === "/" ? "Pipy" : `${basename(name)} – Pipy`;
}
