import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { getJSON } from "../net/http";
import { openStream } from "../net/stream";
import type { Counts } from "../net/types";
import { IconButton } from "../ui/button";
import { Empty } from "../ui/empty";
import { readTap, type TapLine } from "./tapevent";
import type { Workspace } from "./workspace";

const kept = 500; // events

const chosen = signal("");
const paused = signal(false);
const filter = signal("");
const events = signal<TapLine[]>([]);
const state = signal({ of: "", text: "" }); // what became of the stream of a pipeline
const opened = signal<number | null>(null);

let count = 0;

// Tap shows the events that pass a pipeline of the running program.
export function Tap({ w }: { w: Workspace }) {
  const running = w.isOurs.value;
  const counts = w.counts.value;
  const pipelines = Object.entries(counts?.modules ?? {}).flatMap(([module, m]) => m.pipelines.map(p => ({ module, name: p.name, key: `${module}\n${p.name}` })));
  const current = pipelines.find(p => p.key === chosen.value) ?? pipelines.find(p => p.module === w.active.value) ?? pipelines[0];

  const again = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [attempt, setTry] = useState(0);

  useEffect(() => {
    if (running && !counts) void getJSON<Counts>("/api/v1/filters").then(c => { w.counts.value = c; }, () => {});
  }, [running]);

  useEffect(() => {
    if (!running || !current || paused.value) return;
    let pending: TapLine[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const of = current.key;
    const flush = () => {
      timer = undefined;
      events.value = [...events.value, ...pending].slice(-kept);
      pending = [];
    };
    const query = new URLSearchParams({ module: current.module, pipeline: current.name, rate: "100" });
    const stream = openStream(`/api/v1/tap?${query}`, {
      event: data => {
        const line = readTap(++count, data);
        if (!line) return;
        pending.push(line);
        timer ??= setTimeout(flush, 100);
      },
      state: (connected, refused) => {
        if (refused === 404) again.current = setTimeout(() => setTry(t => t + 1), 3000); // the program may have been replaced
        state.value = { of, text: connected ? "Listening. Send a request through the program." : refused === 403 ? "Your role may not look at the traffic." : refused === 404 ? "The program has no such pipeline any more." : refused ? `The tap answers ${refused}.` : "" };
      },
    });
    return () => {
      stream.close();
      state.value = { of, text: "" };
      clearTimeout(timer);
      clearTimeout(again.current);
    };
  }, [running, current?.key, paused.value, attempt]);

  if (!running) return <Empty icon="tap">Run the program to see the events that pass its pipelines.</Empty>;
  if (!current) return <Empty icon="tap">The program has no pipelines that could be looked into.</Empty>;
  const word = filter.value.toLowerCase();
  const shown = word ? events.value.filter(e => `${e.run} ${e.filter} ${e.kind} ${e.text}`.toLowerCase().includes(word)) : events.value;
  return (
    <div class="tap">
      <div class="tap-tools">
        <select class="select small grow" aria-label="Pipeline" value={current.key} onChange={e => { chosen.value = e.currentTarget.value; events.value = []; }}>
          {pipelines.map(p => <option key={p.key} value={p.key}>{p.name} – {p.module}</option>)}
        </select>
        <IconButton icon={paused.value ? "play" : "pause"} small label={paused.value ? "Go on" : "Pause"} tipAt="end" pressed={paused.value} onClick={() => { paused.value = !paused.value; }} />
        <IconButton icon="clear" small label="Clear" tipAt="end" onClick={() => { events.value = []; }} />
      </div>
      <div class="tap-tools">
        <input class="input small" type="search" aria-label="Filter events" placeholder="Filter events" value={filter.value} onInput={e => { filter.value = e.currentTarget.value; }} />
      </div>
      {shown.length === 0 && (
        <Empty icon="tap">{paused.value ? "Paused." : state.value.of === current.key && state.value.text || "Connecting…"}</Empty>
      )}
      <ol class="tap-events">
        {shown.slice(-200).reverse().map(e => (
          <li key={e.id}>
            <button type="button" class={e.kind} aria-expanded={opened.value === e.id} onClick={() => { opened.value = opened.value === e.id ? null : e.id; }}>
              <span class="tap-time">{e.time}</span>
              <span class="tap-time" title="Worker and run of the pipeline">{e.run}</span>
              <span class={`tag ${e.tone}`}>{e.kind}</span>
              <span class="muted nowrap">{e.filter}</span>
              <span class="nowrap grow mono">{e.text}</span>
            </button>
            {opened.value === e.id && <pre>{e.detail}</pre>}
          </li>
        ))}
      </ol>
    </div>
  );
}
