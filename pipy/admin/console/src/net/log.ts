// The log of this process, which is followed as long as the page lives.

import { signal } from "@preact/signals";
import { request } from "./http";
import { openStream, type Stream } from "./stream";
import type { LogLine } from "./types";

const kept = 4000; // lines

export const logLines = signal<LogLine[]>([]);
export const logConnected = signal(false);

let count = 0;
let pending: LogLine[] = [];
let scheduled = false;

// Lines that come together are shown together.
function push(line: LogLine) {
  pending.push(line);
  if (scheduled) return;
  scheduled = true;
  setTimeout(() => {
    scheduled = false;
    logLines.value = [...logLines.value, ...pending].slice(-kept);
    pending = [];
  }, 30);
}

export function clearLog(): void {
  pending = [];
  logLines.value = [];
}

// logMark is the number of the newest line; lines after it are newer.
export function logMark(): number {
  return count;
}

const tags: Record<string, LogLine["level"]> = { DBG: "debug", INF: "info", WRN: "warn", ERR: "error" };

// parseLine takes a line of the log apart: time, level, topic, text.
export function parseLine(text: string): Omit<LogLine, "id"> {
  const m = /^(\d{4}-\d\d-\d\d[ T][\d:.]+\S*) \[(DBG|INF|WRN|ERR)\] (?:\[([\w-]+)\](?: |$))?(.*)$/s.exec(text);
  if (!m) return { time: "", level: "info", topic: "", text };
  return { time: m[1], level: tags[m[2]] ?? "info", topic: m[3] ?? "", text: m[4] };
}

// readEvent takes an event of the log stream apart.
export function readEvent(data: string): Omit<LogLine, "id"> {
  try {
    const v = JSON.parse(data) as { time?: string | number; level?: string; topic?: string; text?: string };
    const level = (v.level ?? "info").toLowerCase();
    return {
      time: typeof v.time === "number" ? localTime(new Date(v.time)) : timeOf(v.time ?? ""),
      level: level.startsWith("d") ? "debug" : level.startsWith("w") ? "warn" : level.startsWith("e") ? "error" : "info",
      topic: v.topic ?? "",
      text: (v.text ?? "").replace(/\n$/, ""),
    };
  } catch {
    return parseLine(data);
  }
}

function timeOf(text: string): string {
  const at = /T/.test(text) ? new Date(text) : undefined;
  return at && !Number.isNaN(at.getTime()) ? localTime(at) : text;
}

// localTime writes a time as the log does.
export function localTime(t: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())} ${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}.${String(t.getMilliseconds()).padStart(3, "0")}`;
}

let stream: Stream | undefined;

export function followLog(): void {
  if (stream) return;
  stream = openStream("/api/v1/log-stream", {
    event: data => push({ id: ++count, ...readEvent(data) }),
    state: (connected, refused) => {
      logConnected.value = connected;
      if (refused === 404 || refused === 405) void poll();
      else if (refused) stream = undefined;
    },
  }, { pauses: true });
}

export function unfollowLog(): void {
  stream?.close();
  stream = undefined;
}

// poll asks for new lines again and again, for servers without the stream.
async function poll(): Promise<void> {
  let seen = 0;
  for (;;) {
    let wait = 1000;
    try {
      const res = await request("/api/v1/log", { headers: { "x-log-size": String(seen) } });
      const total = Number(res.headers.get("x-log-size") ?? 0);
      const text = await res.text();
      logConnected.value = true;
      for (const line of text.split("\n")) if (line) push({ id: ++count, ...parseLine(line) });
      if (text) wait = 100;
      seen = total;
    } catch {
      logConnected.value = false;
      wait = 3000;
    }
    await new Promise(r => setTimeout(r, wait));
  }
}
