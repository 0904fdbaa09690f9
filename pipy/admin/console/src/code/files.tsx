import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Empty } from "../ui/empty";
import { Icon } from "../ui/icons";
import { openMenu } from "../ui/menu";
import { addFile, chooseUpload, deleteFile, renameFile, resetFile, upload } from "./actions";
import { treeOf, type TreeNode } from "./paths";
import type { FileMark, Workspace } from "./workspace";

const closed = signal<ReadonlySet<string>>(new Set()); // folders, with the codebase in front

// FileTree shows the files of a codebase. Arrow keys move, Enter opens, F2
// renames, Delete deletes.
export function FileTree({ w }: { w: Workspace }) {
  const ref = useRef<HTMLUListElement>(null);
  const tree = treeOf(w.files.value);
  const key = (path: string) => w.codebase.name + ":" + path;
  const toggle = (path: string, open?: boolean) => {
    const next = new Set(closed.value);
    if (open ?? next.has(key(path))) next.delete(key(path));
    else next.add(key(path));
    closed.value = next;
  };
  const menu = (e: MouseEvent | HTMLElement, path: string, mark?: FileMark) => {
    const ro = w.readOnly.value;
    w.selected.value = path;
    const folder = w.folder;
    openMenu(e, "File", [
      { label: "New file…", icon: "add", disabled: ro, run: () => addFile(w) },
      { label: "Upload here…", icon: "upload", disabled: ro, run: () => chooseUpload(w, folder) },
      ...(mark ? [
        "line" as const,
        { label: "Rename…", icon: "rename" as const, disabled: ro || mark.erased, run: () => renameFile(w, path) },
        { label: "Make it the main script", icon: "flag" as const, disabled: ro || mark.main || mark.erased, run: () => void w.setMain(path) },
        ...(w.repo ? [{ label: "Reset…", icon: "reset" as const, disabled: ro || !(mark.edited || mark.erased), run: () => void resetFile(w, path) }] : []),
        { label: "Delete…", icon: "trash" as const, danger: true, disabled: ro || mark.erased, run: () => void deleteFile(w, path) },
      ] : []),
    ]);
  };
  const keys = (e: KeyboardEvent) => {
    const rows = [...ref.current!.querySelectorAll<HTMLElement>("[role=treeitem]")];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const row = rows[at];
    if (!row) return;
    const path = row.dataset.path!;
    const folder = path.endsWith("/");
    const mark = w.files.value.get(path);
    const go = (i: number) => rows[Math.max(0, Math.min(rows.length - 1, i))]?.focus();
    switch (e.key) {
      case "ArrowDown": go(at + 1); break;
      case "ArrowUp": go(at - 1); break;
      case "Home": go(0); break;
      case "End": go(rows.length - 1); break;
      case "ArrowRight": folder && closed.value.has(key(path)) ? toggle(path, true) : go(at + 1); break;
      case "ArrowLeft":
        if (folder && !closed.value.has(key(path))) toggle(path, false);
        else rows.find(r => r.dataset.path === path.slice(0, path.replace(/\/$/, "").lastIndexOf("/") + 1))?.focus();
        break;
      case "Enter": case " ": row.click(); break;
      case "F2": if (mark && !mark.erased && !w.readOnly.value) renameFile(w, path); break;
      case "Delete": if (mark && !mark.erased && !w.readOnly.value) void deleteFile(w, path); break;
      case "ContextMenu": menu(row, path, mark); break;
      default: return;
    }
    e.preventDefault();
  };
  const drop = (e: DragEvent) => {
    e.preventDefault();
    if (!w.readOnly.value && e.dataTransfer?.files.length) void upload(w, [...e.dataTransfer.files], w.folder);
  };
  const first = tree[0]?.path;
  const rows = (level: TreeNode<FileMark>[], depth: number): preact.JSX.Element[] => level.map(n => {
    const isOpen = !closed.value.has(key(n.path));
    const m = n.leaf;
    const selected = w.selected.value === n.path;
    const classes = ["tree-row", m?.erased && "erased", m?.inherited && "inherited", n.children && "is-folder", w.codebase.single && w.running.value === n.path && "is-running"].filter(Boolean).join(" ");
    const click = () => {
      w.selected.value = n.path;
      if (n.children) toggle(n.path);
      else if (!m!.erased) void w.open(n.path);
    };
    return (
      <li key={n.path} role="none">
        <div class={classes} role="treeitem" aria-level={depth + 1} aria-selected={selected} aria-expanded={n.children ? isOpen : undefined} data-path={n.path}
          aria-label={n.name + (m?.edited ? ", edited" : "") + (m?.erased ? ", erased" : "") + (m?.inherited ? ", inherited" : "") + (m?.main ? ", main script" : "")}
          tabIndex={selected || (!w.selected.value && n.path === first) ? 0 : -1} style={{ paddingLeft: 8 + depth * 14 + "px" }}
          onClick={click} onContextMenu={e => menu(e, n.path, m)}>
          {n.children ? <Icon name={isOpen ? "down" : "right"} size={12} /> : <Icon name="file" size={14} />}
          <span class="nowrap">{n.name}{m?.edited && !m.erased ? "*" : ""}</span>
          <Unsaved w={w} path={n.path} />
          {m?.main && <span class="main-flag" title="The main script"><Icon name="flag" size={13} /></span>}
        </div>
        {n.children && isOpen && <ul role="group">{rows(n.children, depth + 1)}</ul>}
      </li>
    );
  });
  if (w.info.value && tree.length === 0) return <Empty icon="file">No files</Empty>;
  return (
    <ul ref={ref} class="tree" role="tree" aria-label="Files" onKeyDown={keys} onDrop={drop} onDragOver={e => e.preventDefault()}>
      {rows(tree, 0)}
    </ul>
  );
}

function Unsaved({ w, path }: { w: Workspace; path: string }) {
  return w.document(path)?.dirty.value ? <span class="unsaved" title="Not saved" /> : null;
}
