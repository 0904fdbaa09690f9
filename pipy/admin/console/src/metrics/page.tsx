import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { failureText, getJSON, isStatus } from "../net/http";
import type { Instance, Metric, MetricHistory } from "../net/types";
import { Instances, useInstances } from "../status/instances";
import { Empty, Loading } from "../ui/empty";
import { Split } from "../ui/split";
import { BigChart, pointed, Sparkline, valueAt } from "./charts";
import { averages, figure, inherit, kindOf, leaves, series, shares, type Series } from "./numbers";

const every = 2500; // milliseconds

const list = signal<Metric[] | null>(null);
const failure = signal("");
const chosen = signal("");
const detail = signal<Metric | null>(null);
const word = signal("");

interface Props {
  name: string;
  instances: Record<string, Instance> | undefined;
  refresh: () => Promise<void>;
}

// Metrics shows the last minutes of all metrics of an instance, and one in detail.
export function Metrics(p: Props) {
  const { list: instances, current } = useInstances(p.instances, p.refresh);
  const root = "/api/v1/metrics/" + (current.uuid && current.key ? encodeURIComponent(current.uuid) + "/" : "");
  const shownRoot = useRef("");
  useEffect(() => () => { pointed.value = null; }, []);
  useEffect(() => {
    const stop = new AbortController();
    if (shownRoot.current !== root) {
      list.value = null;
      detail.value = null;
      shownRoot.current = root;
    }
    const load = async () => {
      try {
        const h = await getJSON<MetricHistory>(root, stop.signal);
        list.value = [...(h.metrics ?? [])].sort((a, b) => a.k.localeCompare(b.k));
        failure.value = "";
        if (chosen.value) {
          const d = await getJSON<MetricHistory>(root + encodeURIComponent(chosen.value), stop.signal);
          const m = d.metrics?.find(o => o.k === chosen.value);
          detail.value = m ? inherit(m) : null;
        }
      } catch (err) {
        if (stop.signal.aborted) return;
        list.value = null;
        failure.value = isStatus(err, 404) ? "No metrics of this instance." : failureText(err);
      }
    };
    void load();
    const timer = setInterval(() => { if (!document.hidden) void load(); }, every);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [root, chosen.value]);
  const shown = (list.value ?? []).filter(m => m.k.includes(word.value.trim()));
  return (
    <div class="columns">
      <h1 class="visually-hidden">Metrics</h1>
      <Split name="instances" label="instances" fixed="first" size={260}
        first={<Instances list={instances} current={current} />}
        last={
          <Split name="metrics" label="metrics" fixed="first" size={400}
            first={
              <section class="list-pane" aria-label="Metrics">
                <header class="pane-head"><h2>Metrics</h2><span class="grow" />
                  <input class="input small head-filter" type="search" aria-label="Filter metrics" placeholder="Filter" value={word.value} onInput={e => { word.value = e.currentTarget.value; }} />
                </header>
                {failure.value && <Empty icon="warning">{failure.value}</Empty>}
                {!failure.value && !list.value && <Loading />}
                {list.value?.length === 0 && <Empty icon="metrics">No metrics</Empty>}
                <ul class="choices" onPointerLeave={() => { pointed.value = null; }}>
                  {shown.map(m => {
                    const s = series(m);
                    return (
                      <li key={m.k}>
                        <button type="button" class="metric-row" aria-pressed={chosen.value === m.k} onClick={() => { chosen.value = m.k; }}>
                          <span class="nowrap grow" title={m.k}>{m.k}</span>
                          <Sparkline values={s} />
                          <span class="metric-value">{figure(valueAt(s), m)}</span>
                        </button>
                      </li>
                    );
                  })}
                </ul>
              </section>
            }
            last={<Detail m={detail.value && detail.value.k === chosen.value ? detail.value : (list.value?.find(m => m.k === chosen.value) ?? null)} />} />
        } />
    </div>
  );
}

const meanings = { counter: "per second", gauge: "current value", histogram: "90th percentile" };

function Detail({ m }: { m: Metric | null }) {
  if (!m) return <section class="graph-pane" aria-label="Chart"><header class="pane-head"><h2>Chart</h2></header><Empty icon="metrics">No metric selected</Empty></section>;
  const main = series(m);
  const kind = kindOf(m);
  const more: { name: string; values: Series }[] = kind === "histogram"
    ? [{ name: "average", values: averages(m) }, { name: "95th percentile", values: shares(m, 0.95) }, { name: "99th percentile", values: shares(m, 0.99) }]
    : [];
  const rows = leaves(m).map(r => ({ ...r, values: series(r.metric) }));
  const top = Math.max(0, ...rows.flatMap(r => r.values).filter((v): v is number => v !== null && Number.isFinite(v)));
  return (
    <section class="graph-pane" aria-label="Chart">
      <header class="pane-head"><h2 class="nowrap">{m.k}</h2><span class="tag">{kind}</span></header>
      <div class="scroll metric-detail">
        <p class="metric-now"><b>{figure(valueAt(main), m)}</b><span class="muted">{meanings[kind]}</span></p>
        <BigChart label={`${m.k}, the last five minutes`} values={main} more={more} />
        {more.length > 0 && (
          <ul class="legend">{more.map((l, i) => <li key={l.name}><span class={`swatch more-${i}`} />{l.name} <b>{figure(valueAt(l.values), m)}</b></li>)}</ul>
        )}
        {rows.length > 0 && (
          <table class="metric-table">
            <thead><tr><th>{(m.l ?? "labels").split("/").join(" / ")}</th><th /><th>{meanings[kind]}</th></tr></thead>
            <tbody>
              {rows.map(r => (
                <tr key={r.label}><td class="mono">{r.label}</td><td><Sparkline values={r.values} top={top} /></td><td class="metric-value">{figure(valueAt(r.values), m)}</td></tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}
