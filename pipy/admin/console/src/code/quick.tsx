import { useState } from "preact/hooks";
import { Dialog, Field } from "../ui/dialog";
import { Icon } from "../ui/icons";
import type { Workspace } from "./workspace";

// matches tells whether the letters of a word occur in a path, in their order.
export function matches(path: string, word: string): boolean {
  let i = 0;
  const low = path.toLowerCase();
  for (const c of word.toLowerCase()) {
    i = low.indexOf(c, i) + 1;
    if (i === 0) return false;
  }
  return true;
}

// QuickOpen opens a file by some letters of its name.
export function QuickOpen({ w, onClose }: { w: Workspace; onClose: () => void }) {
  const [word, setWord] = useState("");
  const [at, setAt] = useState(0);
  const list = [...w.files.value].filter(([p, m]) => !m.erased && matches(p, word)).map(([p]) => p)
    .sort((a, b) => Number(b.includes(word)) - Number(a.includes(word)) || a.length - b.length).slice(0, 12);
  const keys = (e: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step || !list.length) return;
    e.preventDefault();
    setAt((at + step + list.length) % list.length);
  };
  const open = (path?: string) => {
    if (path) void w.open(path);
  };
  return (
    <Dialog title="Open file" confirm="Open" disabled={!list.length} onConfirm={() => open(list[at])} onClose={onClose}>
      <div onKeyDown={keys}>
        <Field label="File" value={word} onInput={v => { setWord(v); setAt(0); }} hint="Some letters of its path; arrow keys choose" />
      </div>
      <ul class="quick" role="listbox" aria-label="Files">
        {list.map((p, i) => (
          <li key={p} role="option" aria-selected={i === at} onClick={() => { open(p); onClose(); }}><Icon name="file" size={13} />{p}</li>
        ))}
      </ul>
    </Dialog>
  );
}
