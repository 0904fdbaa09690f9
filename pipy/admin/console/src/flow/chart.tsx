import { useMemo, useRef } from "preact/hooks";
import type { Graph } from "../net/types";
import { Empty } from "../ui/empty";
import type { CountTable } from "./counts";
import { isFork, layout, type Box } from "./layout";

interface Props {
  graph: Graph;
  counts?: CountTable;
  roots?: number[]; // these roots only
  active?: number; // the node where the cursor is
  onPick?: (node: number) => void;
}

// Chart draws graphs of pipelines. With onPick its boxes are buttons that the
// arrow keys move between.
export function Chart(p: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const extra = p.counts ? 56 : 0;
  const drawings = useMemo(() => (p.roots ?? p.graph.roots).map(r => layout(p.graph, r, extra)), [p.graph, p.roots, extra]);
  if (drawings.length === 0) return <Empty icon="flow">No pipelines</Empty>;
  const first = drawings[0].boxes[0]?.node;
  const move = (e: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step || !ref.current) return;
    const boxes = [...ref.current.querySelectorAll<SVGElement>("[role=button]")];
    const to = boxes[boxes.indexOf(document.activeElement as unknown as SVGElement) + step];
    e.preventDefault();
    to?.focus();
  };
  return (
    <div ref={ref} class="chart" onKeyDown={p.onPick ? move : undefined}>
      {drawings.map(d => (
        <svg key={d.root} class="drawing" width={d.width} height={d.height} viewBox={`0 0 ${d.width} ${d.height}`} role="group"
          aria-label={`Pipeline ${p.graph.nodes[d.root].name}`}>
          <defs>
            <marker id={`arrow-${d.root}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
              <path d="M1 1l6 3-6 3z" class="arrow" />
            </marker>
          </defs>
          {d.lines.map((l, i) => <path key={i} d={l.d} class={`line ${l.kind}`} marker-end={`url(#arrow-${d.root})`} />)}
          {d.boxes.map(b => <BoxView key={b.node} box={b} focusable={b.node === (p.active ?? -1) || (b.node === first && (p.active ?? -1) < 0)} {...p} />)}
        </svg>
      ))}
    </div>
  );
}

function BoxView({ box: b, graph, counts, active, onPick, focusable }: Props & { box: Box; focusable: boolean }) {
  const n = graph.nodes[b.node];
  const figure = counts?.of(graph, b.node);
  const classes = ["box", b.kind, isFork(n) && "is-fork", b.node === active && "active", figure?.errors && "has-errors", onPick && "live"].filter(Boolean).join(" ");
  const room = Math.floor((b.w - (counts ? 70 : 22)) / 7);
  const label = b.label.length > room ? b.label.slice(0, room - 1) + "…" : b.label;
  const pick = () => onPick?.(b.node);
  return (
    <g class={classes} transform={`translate(${b.x} ${b.y})`} role={onPick ? "button" : undefined} tabIndex={onPick ? (focusable ? 0 : -1) : undefined}
      aria-label={onPick ? `${b.label}${n.line ? `, line ${n.line}` : ""}` : undefined} onClick={pick}
      onKeyDown={e => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); pick(); } }}>
      <title>{[b.label, n.line ? `line ${n.line}` : "", figure?.long].filter(Boolean).join("\n")}</title>
      <rect width={b.w} height={b.h} rx={b.kind === "title" ? 14 : 6} />
      <text x={b.kind === "title" ? 14 : 12} y={b.h / 2} dy="0.35em">{label}</text>
      {figure?.short && <text class="figure" x={b.w - 11} y={b.h / 2} dy="0.35em" text-anchor="end">{figure.short}</text>}
      {figure?.errors ? <circle class="alarm" cx={b.w} cy="0" r="4" /> : null}
    </g>
  );
}
