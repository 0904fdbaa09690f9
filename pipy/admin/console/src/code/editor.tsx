import { forceLinting, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { EditorState, Prec, type Text } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { useEffect, useRef } from "preact/hooks";
import { kindOf, newState, writable, writing } from "../editor/setup";
import type { Problem } from "../net/types";
import { Empty, Loading } from "../ui/empty";
import { saveDocument } from "./actions";
import type { Workspace } from "./workspace";

// offset returns the place of a line and column in a text; places outside are
// brought to its edge.
function offset(doc: Text, line: number, column: number): number {
  const l = doc.line(Math.max(1, Math.min(line || 1, doc.lines)));
  return Math.min(l.from + Math.max(0, (column || 1) - 1), l.to);
}

function diagnostics(doc: Text, problems: Problem[]): Diagnostic[] {
  return problems.map(p => {
    const l = doc.line(Math.max(1, Math.min(p.line || 1, doc.lines)));
    let from = p.column > 0 ? offset(doc, p.line, p.column) : l.from + /^\s*/.exec(l.text)![0].length;
    const word = /^[\w$.]+/.exec(doc.sliceString(from, l.to))?.[0].length ?? 1;
    let to = p.column > 0 ? Math.min(from + word, l.to) : l.to;
    if (from >= to) {
      from = Math.max(l.from, from - 1);
      to = Math.min(l.to, from + 1);
    }
    return { from, to, severity: "error" as const, message: p.message };
  });
}

// jsonProblem tells what is wrong with a JSON text.
export function jsonProblem(path: string, text: string): Problem | null {
  if (!text.trim()) return null;
  try {
    JSON.parse(text);
    return null;
  } catch (err) {
    const message = (err as Error).message;
    const place = /line (\d+) column (\d+)/.exec(message);
    const at = /position (\d+)/.exec(message);
    const before = at ? text.slice(0, Number(at[1])) : text;
    const line = place ? Number(place[1]) : before.split("\n").length;
    const column = place ? Number(place[2]) : before.length - before.lastIndexOf("\n");
    return { file: path, line, column, message: message.replace(/\s*(in JSON )?at position.*$/, "").replace(/^JSON\.parse: /, "") };
  }
}

// CodeEditor is the one editor of the page; documents take turns in it.
export function CodeEditor({ w }: { w: Workspace }) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const path = w.active.value;
  const doc = w.document(path);
  const shows = !!doc?.state;

  // The states are made here, since the keys are.
  w.makeState = (p, text, readOnly) =>
    newState(p, text, readOnly, [
      Prec.highest(keymap.of([{ key: "Mod-s", preventDefault: true, run: () => { void saveDocument(w, p); return true; } }])),
      EditorView.updateListener.of(u => {
        if (!u.docChanged && !u.selectionSet) return;
        if (u.docChanged) w.edited.value++;
        const head = u.state.selection.main.head;
        const line = u.state.doc.lineAt(head);
        w.cursor.value = { line: line.number, column: head - line.from + 1 };
      }),
    ]);

  useEffect(() => {
    const v = new EditorView({
      state: EditorState.create(),
      parent: box.current!,
      dispatchTransactions: (list, ev) => {
        // A document that was read anew has another text than the view, until the
        // view shows it: what happens to the old text is none of its changes.
        const follows = shown.current?.state === ev.state;
        ev.update(list);
        if (follows) shown.current!.follow(ev.state);
      },
    });
    view.current = v;
    return () => v.destroy();
  }, []);

  const shown = useRef<typeof doc>(undefined);
  useEffect(() => {
    const v = view.current!;
    if (shown.current && shown.current !== doc) shown.current.scroll = v.scrollDOM.scrollTop;
    if (!doc?.state) {
      shown.current = undefined;
      return;
    }
    if (shown.current === doc && v.state === doc.state) return;
    shown.current = doc;
    v.setState(doc.state);
    v.dispatch({ effects: writable.reconfigure(writing(!w.readOnly.value)) });
    const head = v.state.selection.main.head;
    const line = v.state.doc.lineAt(head);
    w.cursor.value = { line: line.number, column: head - line.from + 1 };
    requestAnimationFrame(() => { v.scrollDOM.scrollTop = doc.scroll; });
    if (!document.activeElement || document.activeElement === document.body) v.focus();
  }, [doc, doc?.state === null, w.documents.value]);

  useEffect(() => {
    view.current!.dispatch({ effects: writable.reconfigure(writing(!w.readOnly.value)) });
  }, [w.readOnly.value]);

  // What is wrong with the text is marked in it.
  const problems = w.problems.value;
  useEffect(() => {
    const v = view.current!;
    if (!doc?.state) return;
    v.dispatch(setDiagnostics(v.state, diagnostics(v.state.doc, problems.filter(p => p.file === path))));
    forceLinting(v);
  }, [problems, doc, doc?.loaded.value]);

  // The cursor goes where a click elsewhere wants it.
  const goal = w.goTo.value;
  useEffect(() => {
    if (!goal || goal.path !== path || !doc?.state) return;
    w.goTo.value = null;
    const v = view.current!;
    const pos = offset(v.state.doc, goal.line, goal.column);
    v.dispatch({ selection: { anchor: pos }, effects: EditorView.scrollIntoView(pos, { y: "center" }) });
    v.focus();
  }, [goal, path, shows]);

  // A while after typing: check, and draw anew.
  const edited = w.edited.value;
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      if (!doc?.state) return;
      const text = doc.text;
      if (kindOf(path) === "script") void w.draw(path, text, stop.signal);
      else w.graph.value = null;
      if (kindOf(path) === "json") {
        const p = jsonProblem(path, text);
        w.noteText(path, p ? [p] : []);
      }
    }, w.graph.value?.path === path ? 350 : 0);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [edited, path, shows]);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => void w.checkNow(stop.signal).catch(() => {}), 700);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [edited, w.info.value, w.program.value]);

  return (
    <div class="editor-area">
      <div ref={box} class="code" style={{ display: shows ? undefined : "none" }} />
      {!doc && <Empty icon="editor">No file selected</Empty>}
      {doc && !doc.loaded.value && (doc.failure.value ? <Empty icon="warning">{doc.failure.value}</Empty> : <Loading />)}
      {doc?.loaded.value && doc.bytes && <Binary name={path} bytes={doc.bytes} />}
    </div>
  );
}

function Binary({ name, bytes }: { name: string; bytes: Uint8Array }) {
  const save = () => {
    const a = document.createElement("a");
    a.href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
    a.download = name.slice(name.lastIndexOf("/") + 1);
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 1000);
  };
  return (
    <div class="empty">
      <p>{name} is a binary file of {bytes.length} bytes.</p>
      <button type="button" class="button" onClick={save}>Download</button>
    </div>
  );
}
