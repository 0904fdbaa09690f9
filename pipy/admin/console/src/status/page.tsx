import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Chart } from "../flow/chart";
import { CountTable } from "../flow/counts";
import { failureText, getJSON, isStatus } from "../net/http";
import { ago } from "../net/instances";
import { session } from "../net/session";
import type { Counts, Graph, Instance, Status as StatusInfo } from "../net/types";
import { Empty, Loading } from "../ui/empty";
import { Icon } from "../ui/icons";
import { Split } from "../ui/split";
import { Instances, useInstances } from "./instances";

const local = signal<StatusInfo | null>(null);
const counts = signal<Counts | null>(null);
const failure = signal("");
const picked = signal<{ module: string; root: number } | null>(null);

let countsThere = true;

async function refreshLocal() {
  try {
    local.value = await getJSON<StatusInfo>("/api/v1/status");
    failure.value = "";
  } catch (err) {
    failure.value = failureText(err);
  }
  if (countsThere) counts.value = await getJSON<Counts>("/api/v1/filters").catch(err => { countsThere = !isStatus(err, 404); return null; });
}

interface Props {
  name: string;
  instances: Record<string, Instance> | undefined;
  refresh: () => Promise<void>;
}

// Status shows what runs where: instances, their modules and pipelines, and the
// graph of one of them.
export function Status(p: Props) {
  const { list, current } = useInstances(p.instances, async () => {
    await Promise.all([p.refresh(), refreshLocal()]);
  });
  useEffect(() => { picked.value = null; }, [current.key]);
  const status = current.remote ? (current.remote.status ?? current.remote) : local.value;
  const modules = Object.entries(status?.modules ?? {}).sort(([a, m], [b, n]) => Number(listens(n.graph)) - Number(listens(m.graph)) || a.localeCompare(b));
  const found = modules.find(([m]) => m === picked.value?.module) ?? modules.find(([, m]) => m.graph?.roots.length);
  const graph = found?.[1].graph;
  const root = picked.value && picked.value.module === found?.[0] ? picked.value.root : (graph?.roots[0] ?? -1);
  const roots = useMemo(() => (root < 0 ? [] : [root]), [root]);
  const table = !current.remote && found ? new CountTable(counts.value, found[0]) : undefined;
  return (
    <div class="columns">
      <h1 class="visually-hidden">Status</h1>
      <Split name="instances" label="instances" fixed="first" size={260}
        first={<Instances list={list} current={current} />}
        last={
          <Split name="modules" label="modules and pipelines" fixed="first" size={300}
            first={
              <section class="list-pane" aria-label="Modules and pipelines">
                <header class="pane-head"><h2>Pipelines</h2></header>
                {!status && !current.remote && (failure.value ? <Empty icon="warning">{failure.value}</Empty> : <Loading />)}
                {!current.remote && status && <Facts status={status as StatusInfo} />}
                {status && modules.length === 0 && <Empty icon="status">No running pipelines</Empty>}
                <ul class="choices">
                  {modules.map(([path, m]) => (
                    <li key={path}>
                      <div class="choice-group mono nowrap" title={path}><Icon name="file" size={13} />{path}</div>
                      <ul>
                        {(m.graph?.roots ?? []).map(r => (
                          <li key={r}>
                            <button type="button" aria-pressed={path === found?.[0] && r === root} onClick={() => { picked.value = { module: path, root: r }; }}>
                              <span class="choice-title"><Icon name="flow" size={14} /><span class="nowrap">{m.graph!.nodes[r]?.name}</span></span>
                            </button>
                          </li>
                        ))}
                      </ul>
                    </li>
                  ))}
                </ul>
              </section>
            }
            last={
              <section class="graph-pane" aria-label="Graph">
                <header class="pane-head"><h2 class="nowrap">{graph && root >= 0 ? graph.nodes[root]?.name : "Graph"}</h2></header>
                {graph && root >= 0 ? <div class="scroll"><Chart graph={graph} roots={roots} counts={table} /></div> : <Empty icon="flow">No pipeline selected</Empty>}
              </section>
            } />
        } />
    </div>
  );
}

// listens tells whether a module has pipelines that begin with a connection.
function listens(g: Graph | undefined): boolean {
  return !!g?.roots.some(r => /^(\d+@|Listen |\[.*\]:\d)/.test(g.nodes[r]?.name ?? ""));
}

function Facts({ status }: { status: StatusInfo }) {
  const facts: [string, string][] = [];
  if (status.version !== "" && status.version !== undefined) facts.push(["Version", String(status.version)]);
  if (status.since) facts.push(["Running since", ago(status.since, Date.now())]);
  if (status.name) facts.push(["Name", status.name]);
  for (const w of status.workers ?? []) {
    const versions = w.versions.map(v => `${v.state}, ${v.pipelines} ${v.pipelines === 1 ? "pipeline" : "pipelines"}`);
    facts.push([`Worker ${w.id}`, versions.join("; ") || "idle"]);
  }
  return (
    <dl class="facts">
      {facts.map(([k, v]) => <><dt>{k}</dt><dd class="nowrap" title={v}>{v}</dd></>)}
      {session.value?.role === "admin" && status.since ? (
        <>
          <dt title="In the format of pprof; those of time take ten seconds">Profiles</dt>
          <dd class="profiles">{["script", "cpu", "heap", "goroutine"].map(k => <a key={k} href={`/api/v1/pprof/${k}`} download>{k}</a>)}</dd>
        </>
      ) : null}
    </dl>
  );
}
