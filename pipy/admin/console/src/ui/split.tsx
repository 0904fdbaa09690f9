import { signal, type Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

const sizes = new Map<string, Signal<number>>();

// sizeOf returns the size in pixels of the fixed pane of a named splitter, which
// the browser remembers.
function sizeOf(name: string, initial: number): Signal<number> {
  let s = sizes.get(name);
  if (!s) {
    s = signal(Number(localStorage.getItem("pipy.split." + name)) || initial);
    sizes.set(name, s);
  }
  return s;
}

interface Props {
  name: string;
  label: string; // of the pane whose size changes
  column?: boolean; // one above the other
  fixed: "first" | "last";
  size: number;
  min?: number;
  hidden?: boolean; // shows the other pane alone
  first: ComponentChildren;
  last: ComponentChildren;
}

// Split shows two panes with a bar between them that the pointer and the arrow
// keys move.
export function Split(p: Props) {
  const size = sizeOf(p.name, p.size);
  const min = p.min ?? 120;
  const box = useRef<HTMLDivElement>(null);
  const set = (n: number) => {
    const all = p.column ? box.current!.clientHeight : box.current!.clientWidth;
    size.value = Math.round(Math.max(min, Math.min(n, all - 160)));
    localStorage.setItem("pipy.split." + p.name, String(size.value));
  };
  const drag = (e: PointerEvent) => {
    const bar = e.currentTarget as HTMLElement;
    const from = p.column ? e.clientY : e.clientX;
    const start = size.value;
    const sign = p.fixed === "first" ? 1 : -1;
    bar.setPointerCapture(e.pointerId);
    bar.classList.add("dragging");
    const move = (m: PointerEvent) => set(start + sign * ((p.column ? m.clientY : m.clientX) - from));
    const end = () => {
      bar.classList.remove("dragging");
      bar.removeEventListener("pointermove", move);
      bar.removeEventListener("pointerup", end);
      bar.removeEventListener("pointercancel", end);
    };
    bar.addEventListener("pointermove", move);
    bar.addEventListener("pointerup", end);
    bar.addEventListener("pointercancel", end);
  };
  const key = (e: KeyboardEvent) => {
    const step = { ArrowLeft: -16, ArrowUp: -16, ArrowRight: 16, ArrowDown: 16 }[e.key];
    if (step === undefined) return;
    e.preventDefault();
    set(size.value + (p.fixed === "first" ? step : -step));
  };
  const style = p.column ? { height: size.value + "px" } : { width: size.value + "px" };
  const pane = (which: "first" | "last") => {
    if (p.hidden && which === p.fixed) return null;
    return <div class={p.fixed === which ? "fixed" : "rest"} style={p.fixed === which ? style : undefined}>{which === "first" ? p.first : p.last}</div>;
  };
  return (
    <div ref={box} class={`split ${p.column ? "column" : ""}`}>
      {pane("first")}
      {!p.hidden && (
        <div class={`gutter ${p.column ? "column" : "row"}`} role="separator" tabIndex={0} aria-label={`Size of ${p.label}`}
          aria-orientation={p.column ? "horizontal" : "vertical"} aria-valuenow={size.value} aria-valuemin={min}
          onPointerDown={drag} onKeyDown={key} onDblClick={() => set(p.size)} />
      )}
      {pane("last")}
    </div>
  );
}
