import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon, type IconName } from "./icons";

export type MenuItem = { label: string; icon?: IconName; disabled?: boolean; danger?: boolean; run: () => void } | "line";

interface Opened {
  items: MenuItem[];
  label: string;
  x: number;
  y: number;
  from: HTMLElement | null;
}

const opened = signal<Opened | null>(null);

// openMenu opens a menu below an element, or at the pointer.
export function openMenu(at: HTMLElement | MouseEvent, label: string, items: MenuItem[]): void {
  if (at instanceof HTMLElement) {
    const box = at.getBoundingClientRect();
    opened.value = { items, label, x: box.left, y: box.bottom + 4, from: at };
    return;
  }
  at.preventDefault();
  opened.value = { items, label, x: at.clientX, y: at.clientY, from: document.activeElement as HTMLElement | null };
}

export function MenuLayer() {
  const m = opened.value;
  const ref = useRef<HTMLDivElement>(null);
  const close = () => {
    opened.value = null;
    m?.from?.focus?.();
  };
  useLayoutEffect(() => {
    const box = ref.current;
    if (!m || !box) return;
    box.style.left = `${Math.max(6, Math.min(m.x, innerWidth - box.offsetWidth - 6))}px`;
    box.style.top = `${Math.max(6, Math.min(m.y, innerHeight - box.offsetHeight - 6))}px`;
    box.querySelector<HTMLButtonElement>("button:not(:disabled)")?.focus();
    const outside = (e: Event) => {
      if (!box.contains(e.target as Node)) opened.value = null;
    };
    addEventListener("pointerdown", outside, true);
    addEventListener("blur", close);
    return () => {
      removeEventListener("pointerdown", outside, true);
      removeEventListener("blur", close);
    };
  }, [m]);
  if (!m) return null;
  const move = (e: KeyboardEvent) => {
    const items = [...ref.current!.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: (at + 1) % items.length, ArrowUp: (at - 1 + items.length) % items.length, Home: 0, End: items.length - 1 }[e.key];
    if (to !== undefined) items[to]?.focus();
    else if (e.key === "Escape" || e.key === "Tab") close();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div ref={ref} class="menu" role="menu" aria-label={m.label} onKeyDown={move}>
      {m.items.map((item, i) =>
        item === "line" ? <hr key={i} /> : (
          <button key={i} type="button" role="menuitem" class={item.danger ? "danger" : ""} disabled={item.disabled}
            onClick={() => { close(); item.run(); }}>
            {item.icon && <Icon name={item.icon} />}{item.label}
          </button>
        ))}
    </div>
  );
}
