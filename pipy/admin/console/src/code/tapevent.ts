// One event of the tap, as a line.

export interface TapLine {
  id: number;
  time: string;
  run: string; // tells the runs of the pipeline from each other
  filter: string;
  kind: string;
  tone: "" | "ok" | "warn" | "err" | "accent";
  text: string;
  detail: string;
}

interface TapEvent {
  time: string;
  worker: number;
  pipeline: number;
  at: number; // index of the filter that gets the event
  filter: string; // its name; "" for what leaves the pipeline
  event: string;
  head?: Record<string, unknown>;
  bytes?: number;
  data?: string;
  error?: string;
  dropped?: number; // events that were left out before this one
}

// readTap reads an event of the stream; null when it is no event of a pipeline.
export function readTap(id: number, data: string): TapLine | null {
  let v: TapEvent;
  try {
    v = JSON.parse(data) as TapEvent;
  } catch {
    return null;
  }
  if (!v.event) return null;
  const at = new Date(v.time);
  return {
    id,
    time: Number.isNaN(at.getTime()) ? "" : at.toTimeString().slice(0, 8) + "." + String(at.getMilliseconds()).padStart(3, "0"),
    run: `${v.worker}.${v.pipeline}`,
    filter: v.filter ? `${v.at + 1}. ${v.filter}` : "out",
    kind: v.event,
    tone: v.error ? "err" : v.event === "Data" ? "" : v.event === "StreamEnd" ? "warn" : "accent",
    text: (v.dropped ? `(${v.dropped} left out) ` : "") + summary(v),
    detail: JSON.stringify(v, null, 2),
  };
}

function summary(v: TapEvent): string {
  if (v.error) return v.error;
  const head = v.head;
  if (head && typeof head === "object") {
    if (head.status !== undefined) return `${String(head.status)} ${String(head.statusText ?? "")}`.trim();
    if (head.method !== undefined) return `${String(head.method)} ${String(head.path ?? "")}`;
    return JSON.stringify(head).slice(0, 120);
  }
  if (v.event !== "Data") return "";
  return `${v.bytes ?? 0} B  ${(v.data ?? "").replace(/\s+/g, " ").slice(0, 120)}`.trim();
}
