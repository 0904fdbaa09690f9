import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { kindOf } from "../editor/setup";
import { Chart } from "../flow/chart";
import { CountTable } from "../flow/counts";
import { nodeAt } from "../flow/layout";
import { Empty } from "../ui/empty";
import { Icon } from "../ui/icons";
import { Tabs } from "../ui/tabs";
import { Tap } from "./tap";
import type { Workspace } from "./workspace";

const tab = signal<"flow" | "tap">("flow");

// Side is what stands beside the text: its pipelines, and what passes them.
export function Side({ w }: { w: Workspace }) {
  return (
    <section class="side" aria-label="Pipelines">
      <header class="pane-head">
        <Tabs label="Pipelines" value={tab.value} onChange={t => { tab.value = t; }} items={[
          { id: "flow", label: <><Icon name="flow" size={14} />Flow</> },
          { id: "tap", label: <><Icon name="tap" size={14} />Live tap</> },
        ]} />
      </header>
      {tab.value === "flow" ? <Flow w={w} /> : <Tap w={w} />}
    </section>
  );
}

function Flow({ w }: { w: Workspace }) {
  const box = useRef<HTMLDivElement>(null);
  const drawn = w.graph.value;
  const path = w.active.value;
  const counts = w.counts.value;
  const table = useMemo(() => (counts?.modules[path] ? new CountTable(counts, path) : undefined), [counts, path]);
  const { line, column } = w.cursor.value;
  const active = drawn && drawn.path === path ? nodeAt(drawn.graph, line, column) : -1;
  useEffect(() => {
    box.current?.querySelector(".box.active")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [active]);
  if (!path || kindOf(path) !== "script") return <Empty icon="flow">Open a script to see its pipelines.</Empty>;
  if (!drawn || drawn.path !== path) return <Empty icon="flow">{w.graphFailure.value || "No pipelines"}</Empty>;
  return (
    <div ref={box} class="scroll">
      {w.graphFailure.value && <p class="stale" title={w.graphFailure.value}>The text does not parse; this is what it was.</p>}
      <Chart graph={drawn.graph} counts={table} active={active} onPick={i => {
        const n = drawn.graph.nodes[i];
        if (n?.line) w.goTo.value = { path, line: n.line, column: n.column ?? 1 };
      }} />
    </div>
  );
}
