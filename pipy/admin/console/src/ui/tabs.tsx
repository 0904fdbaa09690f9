import type { ComponentChildren } from "preact";

export interface TabItem<T extends string> {
  id: T;
  label: ComponentChildren;
}

// Tabs is a row of tabs that the arrow keys move through.
export function Tabs<T extends string>(p: { label: string; items: TabItem<T>[]; value: T; onChange: (id: T) => void }) {
  const move = (e: KeyboardEvent) => {
    const at = p.items.findIndex(i => i.id === p.value);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: p.items.length - 1 }[e.key];
    if (to === undefined || !p.items[to]) return;
    e.preventDefault();
    p.onChange(p.items[to].id);
    (e.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[role=tab]")[to]?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={p.label} onKeyDown={move}>
      {p.items.map(i => (
        <button key={i.id} type="button" role="tab" aria-selected={i.id === p.value} tabIndex={i.id === p.value ? 0 : -1}
          onClick={() => p.onChange(i.id)}>{i.label}</button>
      ))}
    </div>
  );
}
