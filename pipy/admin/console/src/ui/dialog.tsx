import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { failureText } from "../net/http";

interface DialogProps {
  title: string;
  wide?: boolean;
  confirm?: string; // text of the button that does it; none means there is only "Close"
  danger?: boolean;
  cancel?: string;
  disabled?: boolean;
  extra?: ComponentChildren; // more buttons, left of the others
  onConfirm?: () => Promise<unknown> | unknown; // what it throws is shown
  onClose: () => void;
  children: ComponentChildren;
}

// Dialog is modal. Enter confirms, Escape closes; while it works it stays open.
export function Dialog(p: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState("");
  useEffect(() => {
    const d = ref.current!;
    const before = document.activeElement as HTMLElement | null;
    d.showModal();
    d.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      d.close();
      before?.focus?.();
    };
  }, []);
  const submit = async (e: Event) => {
    e.preventDefault();
    if (p.disabled || working || !p.onConfirm) return;
    setWorking(true);
    setFailure("");
    try {
      await p.onConfirm();
      p.onClose();
    } catch (err) {
      setFailure(failureText(err));
    } finally {
      setWorking(false);
    }
  };
  return (
    <dialog
      ref={ref}
      class={`dialog ${p.wide ? "wide" : ""}`}
      aria-label={p.title}
      onCancel={e => { e.preventDefault(); if (!working) p.onClose(); }}
      onKeyDown={e => e.stopPropagation()}
    >
      <form onSubmit={submit}>
        <header><h2>{p.title}</h2></header>
        <div class="body">
          {p.children}
          {failure && <p class="failure" role="alert">{failure}</p>}
        </div>
        <footer>
          {p.extra}
          <button type="button" class="button" onClick={p.onClose} disabled={working}>{p.cancel ?? (p.confirm ? "Cancel" : "Close")}</button>
          {p.confirm && (
            <button type="submit" class={`button ${p.danger ? "danger" : "primary"}`} disabled={p.disabled || working}>
              {working && <span class="spinner" />}{p.confirm}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  );
}

interface FieldProps {
  label: string;
  value: string;
  error?: string;
  hint?: ComponentChildren;
  placeholder?: string;
  onInput: (value: string) => void;
}

// Field is a line of text with its label and what is wrong with it.
export function Field(p: FieldProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const i = input.current!;
    i.setSelectionRange?.(i.value.length, i.value.length);
  }, []);
  const id = "field-" + p.label.toLowerCase().replaceAll(/\W+/g, "-");
  return (
    <div class="field">
      <label for={id}>{p.label}</label>
      <input ref={input} id={id} class="input mono" type="text" value={p.value} placeholder={p.placeholder} data-autofocus
        autocomplete="off" spellcheck={false} aria-invalid={p.error ? "true" : undefined} aria-describedby={id + "-note"}
        onInput={e => p.onInput(e.currentTarget.value)} />
      <div id={id + "-note"} class={p.error ? "error" : "hint"} aria-live="polite">{p.error || p.hint}</div>
    </div>
  );
}

// The dialogs that are open, the newest on top.
const open = signal<{ id: number; view: () => JSX.Element }[]>([]);
let count = 0;

// showDialog opens a dialog made by a function that gets what closes it.
export function showDialog(make: (close: () => void) => JSX.Element): void {
  const id = ++count;
  const close = () => { open.value = open.value.filter(d => d.id !== id); };
  open.value = [...open.value, { id, view: () => make(close) }];
}

// Ask opens a dialog and resolves to whether it was confirmed.
export function ask(o: { title: string; text: ComponentChildren; confirm: string; danger?: boolean }): Promise<boolean> {
  return new Promise(resolve => {
    let answer = false;
    showDialog(close => (
      <Dialog title={o.title} confirm={o.confirm} danger={o.danger} onConfirm={() => { answer = true; }}
        onClose={() => { close(); resolve(answer); }}>
        <p>{o.text}</p>
      </Dialog>
    ));
  });
}

function Opened({ view }: { view: () => JSX.Element }) {
  return view();
}

export function Dialogs() {
  return <>{open.value.map(d => <Opened key={d.id} view={d.view} />)}</>;
}
