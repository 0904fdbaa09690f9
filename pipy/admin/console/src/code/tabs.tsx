import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../ui/icons";
import { openMenu } from "../ui/menu";
import { closeDocument } from "./actions";
import { basename, dirname } from "./paths";
import type { Workspace } from "./workspace";

// FileTabs has a tab for each file that is open. Arrow keys move, Delete closes;
// the crosses are for the pointer.
export function FileTabs({ w }: { w: Workspace }) {
  const tabs = w.tabs.value;
  const names = tabs.map(basename);
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => { bar.current?.querySelector(".active")?.scrollIntoView({ block: "nearest", inline: "nearest" }); }, [w.active.value, tabs]);
  const keys = (e: KeyboardEvent) => {
    const at = tabs.indexOf(w.active.value);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[e.key];
    if (e.key === "Delete") void closeDocument(w, w.active.value);
    else if (to !== undefined && tabs[to]) {
      void w.open(tabs[to]);
      (e.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[role=tab]")[to]?.focus();
    } else return;
    e.preventDefault();
  };
  if (tabs.length === 0) return null;
  return (
    <div ref={bar} class="file-tabs" role="tablist" aria-label="Open files" onKeyDown={keys}>
      {tabs.map((path, i) => {
        const doc = w.document(path);
        const active = path === w.active.value;
        const twice = names.filter(n => n === names[i]).length > 1;
        return (
          <div key={path} role="presentation" class={`file-tab ${active ? "active" : ""}`} onMouseDown={e => { if (e.button === 1) { e.preventDefault(); void closeDocument(w, path); } }}
            onContextMenu={e => openMenu(e, "Tab", [
              { label: "Close", run: () => void closeDocument(w, path) },
              { label: "Close others", disabled: tabs.length < 2, run: () => void closeAll(w, tabs.filter(t => t !== path)) },
              { label: "Close all", run: () => void closeAll(w, tabs) },
            ])}>
            <button type="button" role="tab" aria-selected={active} tabIndex={active ? 0 : -1} title={path}
              aria-label={`${path}${doc?.dirty.value ? ", not saved" : ""}`} aria-keyshortcuts="Delete" onClick={() => void w.open(path)}>
              {names[i]}{twice && <span class="muted"> {dirname(path)}</span>}
              {doc?.changedOutside.value && <span class="tag warn" title="It was changed by somebody else">changed</span>}
            </button>
            <button type="button" class={`tab-close ${doc?.dirty.value ? "dirty" : ""}`} title="Close (Delete)" aria-hidden="true" tabIndex={-1}
              onClick={() => void closeDocument(w, path)}><Icon name="close" size={12} /></button>
          </div>
        );
      })}
    </div>
  );
}

async function closeAll(w: Workspace, paths: string[]): Promise<void> {
  for (const p of paths) await closeDocument(w, p);
}
