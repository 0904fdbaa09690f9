import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ago, choices, selected, type Choice } from "../net/instances";
import type { Instance } from "../net/types";
import { Icon } from "../ui/icons";

const now = signal(Date.now());

// useInstances asks for the instances again and again while a page is shown, and
// returns those that can be chosen and the one that is.
export function useInstances(instances: Record<string, Instance> | undefined, refresh: () => Promise<void>): { list: Choice[]; current: Choice } {
  useEffect(() => {
    void refresh();
    const timer = setInterval(() => {
      if (document.hidden) return;
      now.value = Date.now();
      void refresh();
    }, 3000);
    return () => clearInterval(timer);
  }, []);
  const list = choices(instances, now.value);
  return { list, current: list.find(c => c.key === selected.value) ?? list[0] };
}

// Instances is the list to choose from.
export function Instances({ list, current }: { list: Choice[]; current: Choice }) {
  return (
    <section class="list-pane" aria-label="Instances">
      <header class="pane-head"><h2>Instances</h2><span class="tag">{list.length}</span></header>
      <ul class="choices">
        {list.map(c => (
          <li key={c.key}>
            <button type="button" aria-pressed={c.key === current.key} onClick={() => { selected.value = c.key; }}>
              <span class="choice-title"><Icon name="host" /><b class="nowrap">{c.title}</b>{c.version && <span class="tag">v{c.version}</span>}</span>
              {c.uuid && <span class="muted mono nowrap" title={c.uuid}>{c.uuid}</span>}
              {c.note && <span class="muted nowrap">{c.note}</span>}
              {c.key && <span class={c.active ? "state-ok" : "state-off"}>{c.active ? "Active" : `Inactive since ${ago(c.since, now.value)}`}</span>}
              {c.error && <span class="state-err">{c.error}</span>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
