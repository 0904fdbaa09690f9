// What the buttons and keys of the codebase page do.

import { useState } from "preact/hooks";
import { createCodebase, listCodebases } from "../net/codebase";
import { failureText, HTTPError } from "../net/http";
import { CreateDialog } from "../home/create";
import { navigate } from "../router";
import { ask, Dialog, Field, showDialog } from "../ui/dialog";
import { busy, toast } from "../ui/toast";
import { consolePane, showLog, showProblems } from "./bottom";
import { CommitDialog } from "./commit";
import { ConflictDialog } from "./conflict";
import { basename, fileError, normalize } from "./paths";
import { Conflict, type Workspace } from "./workspace";

function NameDialog(p: { title: string; confirm: string; initial: string; existing: string[]; same?: string; onDone: (path: string) => Promise<void>; onClose: () => void }) {
  const [name, setName] = useState(p.initial);
  const error = fileError(name, p.existing);
  const path = normalize(name);
  return (
    <Dialog title={p.title} confirm={p.confirm} disabled={!!error || name.endsWith("/") || path === "/" || path === p.same}
      onConfirm={() => p.onDone(path)} onClose={p.onClose}>
      <Field label="Filename" value={name} error={error} hint="Folders come with the files in them: /config/proxy.json"
        onInput={v => setName(v.startsWith("/") ? v : "/" + v)} />
    </Dialog>
  );
}

export function addFile(w: Workspace): void {
  showDialog(close => (
    <NameDialog title="Add File" confirm="Create" initial={w.folder} existing={[...w.files.value.keys()].filter(f => !w.files.value.get(f)!.erased)}
      onClose={close} onDone={async path => {
        await w.create(path);
        await w.open(path);
      }} />
  ));
}

export function renameFile(w: Workspace, from: string): void {
  showDialog(close => (
    <NameDialog title={`Rename ${basename(from)}`} confirm="Rename" initial={from} same={from} existing={[...w.files.value.keys()].filter(f => f !== from && !w.files.value.get(f)!.erased)}
      onClose={close} onDone={path => w.rename(from, path)} />
  ));
}

export async function deleteFile(w: Workspace, path: string): Promise<void> {
  if (!(await ask({ title: "Delete File", text: <>Delete <code>{path}</code>?{w.repo ? " Until the next commit it can be brought back with Reset." : " It is deleted on disk."}</>, confirm: "Delete", danger: true }))) return;
  await busy("Deleting…", w.erase(path));
}

export async function resetFile(w: Workspace, path: string): Promise<void> {
  if (!(await ask({ title: "Reset File", text: <>Discard the changes to <code>{path}</code> since the last commit?</>, confirm: "Reset", danger: true }))) return;
  await busy("Resetting…", w.reset(path));
}

// saveDocument saves a file; a conflict opens a dialog. It resolves to whether the
// server has the file now.
export async function saveDocument(w: Workspace, path: string): Promise<boolean> {
  const doc = w.document(path);
  if (!doc || !doc.dirty.value || w.readOnly.value) return !doc?.dirty.value;
  try {
    await w.save(doc);
    return true;
  } catch (err) {
    if (err instanceof Conflict) showDialog(close => <ConflictDialog w={w} doc={doc} onClose={close} />);
    else toast(`${path} was not saved: ${failureText(err)}`, "err");
    return false;
  }
}

async function saveBeforeRun(w: Workspace): Promise<boolean> {
  const list = w.unsaved.value;
  for (const doc of list) if (!(await saveDocument(w, doc.path))) return false;
  if (list.length) toast(list.length === 1 ? `Saved ${list[0].path}` : `Saved ${list.length} files`);
  return true;
}

// runProgram saves what is not saved, then starts or restarts the codebase.
export async function runProgram(w: Workspace): Promise<void> {
  if (!w.mayRun.value || !(await saveBeforeRun(w))) return;
  consolePane.value = true;
  showLog();
  try {
    await quietly("Starting program…", w.start());
  } catch (err) {
    const n = err instanceof HTTPError ? err.problems.length : 0;
    if (n) showProblems();
    toast(n ? `The program did not start: ${n === 1 ? "there is a problem" : `there are ${n} problems`}` : `The program did not start: ${failureText(err)}`, "err");
  }
}

// quietly shows that something is going on, and leaves its failure to the caller.
async function quietly<T>(text: string, work: Promise<T>): Promise<T> {
  let failure: unknown;
  const done = await busy(text, work.then(value => ({ value }), err => { failure = err; return null; }));
  if (!done) throw failure;
  return done.value;
}

export async function commitChanges(w: Workspace): Promise<void> {
  if (w.unsaved.value.length && !(await saveBeforeRun(w))) return;
  showDialog(close => <CommitDialog w={w} onClose={close} />);
}

export async function deriveCodebase(w: Workspace): Promise<void> {
  const existing = await busy("Loading…", listCodebases());
  if (!existing) return;
  showDialog(close => (
    <CreateDialog existing={existing} base={w.codebase.name} onClose={close} onCreate={async name => {
      await createCodebase(name, w.codebase.name);
      await w.refresh();
      void navigate(`/repo${name}/`);
    }} />
  ));
}

export async function deleteCodebase(w: Workspace): Promise<void> {
  const derived = w.info.value?.derived ?? [];
  const text = (
    <>
      Delete the codebase <code>{w.codebase.name}</code> with its history?
      {derived.length > 0 && <> What was derived from it goes with it: {derived.map((d, i) => <>{i > 0 && ", "}<code>{d}</code></>)}.</>}
    </>
  );
  if (!(await ask({ title: "Delete Codebase", text, confirm: "Delete", danger: true }))) return;
  const done = await busy("Deleting…", w.repo!.remove().then(() => true));
  if (!done) return;
  w.abandon();
  void navigate("/");
}

// upload puts files into a folder; those that exist are written over after a
// question.
export async function upload(w: Workspace, files: File[], folder: string): Promise<void> {
  for (const f of files) {
    const path = normalize(folder + (f.webkitRelativePath || f.name));
    const there = w.files.value.get(path);
    if (there && !there.erased && !(await ask({ title: "Upload", text: <><code>{path}</code> exists. Write over it?</>, confirm: "Write over", danger: true }))) continue;
    const bytes = new Uint8Array(await f.arrayBuffer());
    if ((await busy(`Uploading ${f.name}…`, w.codebase.write(path, bytes).then(() => true))) === undefined) return;
    const doc = w.document(path);
    if (doc) await w.load(doc);
  }
  await w.refresh();
}

export function chooseUpload(w: Workspace, folder: string): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.onchange = () => void upload(w, [...(input.files ?? [])], folder);
  input.click();
}

// importArchive replaces the files by those of an archive that is chosen.
export function importArchive(w: Workspace): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".tar,application/x-tar";
  input.onchange = async () => {
    const file = input.files?.[0];
    if (!file) return;
    const edits = w.info.value!.editFiles.length + w.info.value!.erasedFiles.length > 0;
    const text = <>The files of <code>{w.codebase.name}</code> become those of <code>{file.name}</code>, as edits that can be looked at before they are committed.{edits && " The edits that there are now are lost."}</>;
    if (!(await ask({ title: "Import", text, confirm: "Import", danger: edits }))) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (await busy("Importing…", w.repo!.importArchive(bytes, edits).then(() => true))) {
      await w.refresh();
      await w.refreshOpen();
    }
  };
  input.click();
}

// closeDocument closes a tab; unsaved changes are asked about.
export async function closeDocument(w: Workspace, path: string): Promise<void> {
  const doc = w.document(path);
  if (doc?.dirty.value && !(await ask({ title: "Close without saving?", text: <>The changes to <code>{path}</code> are not saved.</>, confirm: "Discard changes", danger: true }))) return;
  w.close(path);
}
