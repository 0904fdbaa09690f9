// Figures from the history of metrics.

import type { Metric } from "../net/types";

export const interval = 5; // seconds between samples
export const samples = 60; // that are kept

export type Kind = "counter" | "gauge" | "histogram";

export function kindOf(m: Metric): Kind {
  const t = m.t.toLowerCase();
  return t.startsWith("counter") ? "counter" : t.startsWith("histogram") ? "histogram" : "gauge";
}

// limits returns the upper limits of the buckets of a histogram.
export function limits(m: Metric): number[] {
  const inside = /\[(.*)\]/.exec(m.t)?.[1] ?? "";
  return inside.split(",").filter(Boolean).map(s => (/inf/i.test(s) ? Infinity : Number(s)));
}

// rates turns running totals into numbers per second; a total that went down began
// anew.
export function rates(totals: (number | null)[]): (number | null)[] {
  return totals.map((v, i) => {
    const before = totals[i - 1];
    if (v === null || before === null || before === undefined) return null;
    return (v >= before ? v - before : v) / interval;
  });
}

interface Step {
  buckets: number[];
  count: number;
  sum: number;
}

// steps returns what came to a histogram between two samples.
function steps(values: (number[] | null)[], buckets: number): (Step | null)[] {
  return values.map((v, i) => {
    const before = values[i - 1];
    if (!v || !before) return null;
    const anew = v[buckets] < before[buckets];
    const d = v.map((n, k) => n - (anew ? 0 : before[k]));
    return { buckets: d.slice(0, buckets), count: d[buckets] ?? 0, sum: d[buckets + 1] ?? 0 };
  });
}

// percentile returns the value below which a share of what came lies; between the
// limits of a bucket it is interpolated.
export function percentile(buckets: number[], upper: number[], share: number): number | null {
  const all = buckets.reduce((a, b) => a + b, 0);
  if (all === 0) return null;
  let below = 0;
  for (let i = 0; i < buckets.length; i++) {
    if (below + buckets[i] >= all * share && buckets[i] > 0) {
      const low = i ? upper[i - 1] : 0;
      const high = upper[i];
      if (!Number.isFinite(high) || high === undefined) return low;
      return low + ((all * share - below) / buckets[i]) * (high - low);
    }
    below += buckets[i];
  }
  return upper.at(-1) ?? null;
}

export type Series = (number | null)[];

// series returns what to draw for a metric: its values, its rates, or its 90th
// percentiles.
export function series(m: Metric): Series {
  switch (kindOf(m)) {
    case "counter": return rates(m.v as (number | null)[]);
    case "gauge": return m.v as (number | null)[];
    case "histogram": return shares(m, 0.9);
  }
}

// shares returns a percentile of a histogram at each sample.
export function shares(m: Metric, share: number): Series {
  const upper = limits(m);
  const n = bucketCount(m, upper);
  while (upper.length < n) upper.push(Infinity);
  return steps(m.v as (number[] | null)[], n).map(s => (s ? percentile(s.buckets, upper, share) : null));
}

// averages returns the average of what came at each sample.
export function averages(m: Metric): Series {
  const n = bucketCount(m, limits(m));
  return steps(m.v as (number[] | null)[], n).map(s => (s && s.count ? s.sum / s.count : null));
}

// bucketCount counts the buckets; behind them stand the count and the sum.
function bucketCount(m: Metric, upper: number[]): number {
  const longest = (m.v as (number[] | null)[]).find(v => v)?.length ?? 0;
  return longest ? longest - 2 : upper.length;
}

export function last(s: Series): number | null {
  for (let i = s.length - 1; i >= 0; i--) if (s[i] !== null && s[i] !== undefined) return s[i];
  return null;
}

// inherit gives children, which carry only what differs, the type of their parent.
export function inherit(m: Metric, t = m.t): Metric {
  return { ...m, t: m.t ?? t, s: m.s?.map(c => inherit(c, m.t ?? t)) };
}

// leaves returns the combinations of labels of a metric.
export function leaves(m: Metric, path: string[] = []): { label: string; metric: Metric }[] {
  if (!m.s?.length) return path.length ? [{ label: path.join(" / "), metric: m }] : [];
  return m.s.flatMap(c => leaves({ ...c, t: c.t ?? m.t }, [...path, c.k]));
}

// scale returns a round number at or above a maximum, and the distance of the lines
// of a grid.
export function scale(max: number): { top: number; step: number } {
  if (!(max > 0)) return { top: 1, step: 0.5 };
  const size = 10 ** Math.floor(Math.log10(max));
  for (const f of [1, 2, 5, 10]) {
    if (max <= f * size) return { top: f * size, step: (f * size) / (f === 5 ? 5 : 4) };
  }
  return { top: max, step: max / 4 };
}

// figure writes a value with its unit, as far as the name of the metric tells it.
export function figure(n: number | null, m: { k: string; t: string }): string {
  if (n === null) return "–";
  const per = kindOf(m as Metric) === "counter" ? "/s" : "";
  if (/(_in|_out|_size|_bytes)(_total)?$/.test(m.k)) {
    const [, number, prefix] = /^([^kMGT]*)([kMGT]?)$/.exec(short(n))!;
    return `${number} ${prefix}B${per}`;
  }
  return short(n) + (/_time$/.test(m.k) ? " ms" : "") + per;
}

export function short(n: number): string {
  const a = Math.abs(n);
  if (a === 0) return "0";
  if (a < 0.01) return n.toExponential(1);
  if (a < 10) return n.toFixed(2).replace(/\.?0+$/, "");
  if (a < 1000) return n.toFixed(1).replace(/\.0$/, "");
  for (const [u, s] of [["T", 1e12], ["G", 1e9], ["M", 1e6], ["k", 1e3]] as const) if (a >= s) return (n / s).toFixed(a / s < 10 ? 2 : 1).replace(/\.?0+$/, "") + u;
  return String(n);
}
