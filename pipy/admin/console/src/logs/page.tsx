import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { getText } from "../net/http";
import { clearLog, logConnected, logLines } from "../net/log";
import type { Instance } from "../net/types";
import { Instances, useInstances } from "../status/instances";
import { Icon } from "../ui/icons";
import { Split } from "../ui/split";
import { RemoteLog } from "./remote";
import { LogTools, LogView } from "./view";

const builtIn = "pipy_log";
const names = signal<string[]>([builtIn]);
const chosen = signal(builtIn);

interface Props {
  name: string;
  instances: Record<string, Instance> | undefined;
  refresh: () => Promise<void>;
}

// Logs shows the logs of this process and of those that report to it.
export function Logs(p: Props) {
  const { list, current } = useInstances(p.instances, p.refresh);
  const remote = current.remote;
  useEffect(() => {
    const own = remote?.logs ?? remote?.status?.logs;
    const set = (l: string[]) => {
      names.value = [builtIn, ...l.filter(n => n && n !== builtIn).sort()];
      if (!names.value.includes(chosen.value)) chosen.value = builtIn;
    };
    if (remote) set(own ?? []);
    else void getText("/log").then(t => set(t.split("\n").map(l => l.trim().replace(/^\/?log\//, "").replace(/\/$/, ""))), () => set([]));
  }, [current.key, remote?.timestamp]);
  const local = current.key === "" && chosen.value === builtIn;
  return (
    <div class="columns">
      <h1 class="visually-hidden">Console</h1>
      <Split name="log-sources" label="logs" fixed="first" size={260}
        first={
          <div class="list-pane">
            <Instances list={list} current={current} />
            <section aria-label="Logs" class="log-names">
              <header class="pane-head"><h2>Logs</h2></header>
              <ul class="choices">
                {names.value.map(n => (
                  <li key={n}><button type="button" aria-pressed={chosen.value === n} onClick={() => { chosen.value = n; }}>
                    <span class="choice-title"><Icon name="terminal" /><span class="nowrap">{n === builtIn ? "Pipy" : n}</span></span>
                  </button></li>
                ))}
              </ul>
            </section>
          </div>
        }
        last={
          <section class="log-pane" aria-label="Text of the log">
            {local ? (
              <>
                <header class="pane-head"><h2>Log</h2><span class="grow" /><LogTools lines={logLines.value} onClear={clearLog} /></header>
                <LogView lines={logLines.value} empty={logConnected.value ? "The log is empty." : "Waiting for the log…"} />
              </>
            ) : <RemoteLog key={`${current.key}/${chosen.value}`} uuid={current.uuid} name={chosen.value} title={current.title} />}
          </section>
        } />
    </div>
  );
}
