import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { interval, samples, scale, short, type Series } from "./numbers";

// pointed is the sample under the pointer, counted from the newest; null when it is
// nowhere. All rows show it.
export const pointed = signal<number | null>(null);

// points returns pieces of a line; gaps in the values are gaps in the line.
function pieces(s: Series, w: number, h: number, top: number): { x: number; y: number }[][] {
  const list: { x: number; y: number }[][] = [];
  let open = false;
  s.forEach((v, i) => {
    if (v === null || v === undefined || !Number.isFinite(v)) {
      open = false;
      return;
    }
    if (!open) list.push([]);
    open = true;
    const x = w - ((s.length - 1 - i) * w) / (samples - 1);
    list.at(-1)!.push({ x, y: h - (Math.max(0, v) / top) * h });
  });
  return list;
}

function line(piece: { x: number; y: number }[]): string {
  return piece.map((p, i) => `${i ? "L" : "M"}${p.x.toFixed(1)} ${p.y.toFixed(1)}`).join("");
}

function area(piece: { x: number; y: number }[], h: number): string {
  return `${line(piece)}L${piece.at(-1)!.x.toFixed(1)} ${h}L${piece[0].x.toFixed(1)} ${h}Z`;
}

function maximum(...all: Series[]): number {
  return Math.max(0, ...all.flat().filter((v): v is number => v !== null && Number.isFinite(v)));
}

export function Sparkline({ values, top }: { values: Series; top?: number }) {
  const w = 120;
  const h = 26;
  const max = (top ?? maximum(values)) || 1;
  const at = pointed.value;
  return (
    <svg class="spark" viewBox={`0 -2 ${w} ${h + 4}`} preserveAspectRatio="none" aria-hidden="true"
      onPointerMove={e => {
        const box = e.currentTarget.getBoundingClientRect();
        pointed.value = Math.max(0, Math.min(samples - 1, Math.round((1 - (e.clientX - box.left) / box.width) * (samples - 1))));
      }}
      onPointerLeave={() => { pointed.value = null; }}>
      {pieces(values, w, h, max).map((p, i) => (
        <g key={i}><path class="spark-area" d={area(p, h)} /><path class="spark-line" d={line(p)} vector-effect="non-scaling-stroke" /></g>
      ))}
      {at !== null && <line class="spark-cursor" x1={w - (at * w) / (samples - 1)} x2={w - (at * w) / (samples - 1)} y1="-2" y2={h + 2} vector-effect="non-scaling-stroke" />}
    </svg>
  );
}

// valueAt returns the value to show: the newest, or that under the pointer.
export function valueAt(s: Series): number | null {
  const back = pointed.value;
  if (back !== null) return s[s.length - 1 - back] ?? null;
  for (let i = s.length - 1; i >= 0; i--) if (s[i] !== null && s[i] !== undefined) return s[i];
  return null;
}

interface ChartProps {
  label: string;
  values: Series;
  more?: { name: string; values: Series }[];
}

// BigChart shows five minutes of a metric over a grid.
export function BigChart({ label, values, more = [] }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const seen = new ResizeObserver(([e]) => setWidth(Math.max(240, Math.floor(e.contentRect.width))));
    seen.observe(box.current!);
    return () => seen.disconnect();
  }, []);
  const h = 220;
  const left = 52;
  const w = width - left - 12;
  const { top, step } = scale(maximum(values, ...more.map(m => m.values)));
  const grid: number[] = [];
  for (let v = 0; v <= top * 1.0001; v += step) grid.push(v);
  const minutes = Math.round((samples * interval) / 60);
  const at = pointed.value;
  return (
    <div ref={box} class="big-chart">
      <svg width={width} height={h + 34} viewBox={`0 0 ${width} ${h + 34}`} role="img" aria-label={label}
        onPointerMove={e => {
          const box = e.currentTarget.getBoundingClientRect();
          const x = ((e.clientX - box.left) / box.width) * (w + left + 12) - left;
          pointed.value = Math.max(0, Math.min(samples - 1, Math.round((1 - x / w) * (samples - 1))));
        }}
        onPointerLeave={() => { pointed.value = null; }}>
        <g transform={`translate(${left} 8)`}>
          {grid.map(v => {
            const y = h - (v / top) * h;
            return <g key={v}><line class="grid" x1="0" x2={w} y1={y} y2={y} /><text class="axis" x="-8" y={y} dy="0.35em" text-anchor="end">{short(v)}</text></g>;
          })}
          {Array.from({ length: minutes }, (_, m) => {
            const x = w - (m * 60 * w) / (interval * (samples - 1));
            return <g key={m}><line class="grid" x1={x} x2={x} y1="0" y2={h} /><text class="axis" x={x} y={h + 18} text-anchor={m === 0 ? "end" : "middle"}>{m ? `-${m} min` : "now"}</text></g>;
          })}
          {pieces(values, w, h, top).map((p, i) => <g key={i}><path class="spark-area" d={area(p, h)} /><path class="spark-line big" d={line(p)} /></g>)}
          {more.map((m, k) => pieces(m.values, w, h, top).map((p, i) => <path key={`${k}.${i}`} class={`more more-${k}`} d={line(p)} />))}
          {at !== null && <line class="spark-cursor" x1={w - (at * w) / (samples - 1)} x2={w - (at * w) / (samples - 1)} y1="0" y2={h} />}
        </g>
      </svg>
    </div>
  );
}
