// How much has passed each filter, by the place of its call.

import type { Counts, FilterCount, Graph, PipelineCount } from "../net/types";

export interface Figure {
  short: string; // beside the name
  long: string; // in the tip
  errors: number;
}

export class CountTable {
  private readonly filters = new Map<string, FilterCount>();
  private readonly byName = new Map<string, PipelineCount>();
  private readonly byFirst = new Map<string, PipelineCount>(); // by the place of the first filter

  constructor(counts: Counts | null, module: string) {
    for (const p of counts?.modules[module]?.pipelines ?? []) {
      this.byName.set(p.name, p);
      for (const f of p.filters ?? []) this.filters.set(place(f), f);
      if (p.filters?.length) this.byFirst.set(place(p.filters[0]), p);
    }
  }

  // of returns the figure of a node. A port has another name in a text than in the
  // program, so pipelines are told by their first filters.
  of(graph: Graph, i: number): Figure | undefined {
    const n = graph.nodes[i];
    if (n.t === "pipeline" || n.t === "root") {
      const first = n.c?.length ? graph.nodes[n.c[0]] : undefined;
      const p = (first && this.byFirst.get(place(first))) ?? this.byName.get(n.name);
      if (!p) return undefined;
      const short = p.active ? `${compact(p.active)} of ${compact(p.total)}` : p.total ? compact(p.total) : "";
      return { short, long: `${p.active} active, ${p.total} in all`, errors: 0 };
    }
    const f = this.filters.get(place(n));
    if (!f) return undefined;
    const e = f.events ?? {};
    const all = (e.data ?? 0) + (e.start ?? 0) + (e.end ?? 0) + (e.streamEnd ?? 0);
    const long = [
      `${e.data ?? 0} Data`, `${e.start ?? 0} MessageStart`, `${e.end ?? 0} MessageEnd`, `${e.streamEnd ?? 0} StreamEnd`,
      `${f.bytes ?? 0} bytes`, `${f.errors ?? 0} errors`,
    ].join(", ");
    return { short: all ? compact(all) : "", long, errors: f.errors ?? 0 };
  }
}

function place(at: { line?: number; column?: number }): string {
  return `${at.line ?? 0}:${at.column ?? 0}`;
}

// compact writes a number in four places or so: 1234 is 1.2k.
export function compact(n: number): string {
  const a = Math.abs(n);
  if (a < 10 && !Number.isInteger(n)) return n.toFixed(2).replace(/\.?0+$/, "");
  if (a < 1000) return Number.isInteger(n) ? String(n) : n.toFixed(1).replace(/\.0$/, "");
  for (const [unit, size] of [["T", 1e12], ["G", 1e9], ["M", 1e6], ["k", 1e3]] as const) {
    if (a >= size) return (n / size).toFixed(a / size < 10 ? 1 : 0).replace(/\.0$/, "") + unit;
  }
  return String(n);
}
