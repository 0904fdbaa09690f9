import { signal } from "@preact/signals";
import { clearLog, logConnected, logLines } from "../net/log";
import { LogTools, LogView } from "../logs/view";
import { IconButton } from "../ui/button";
import { Empty } from "../ui/empty";
import { Icon } from "../ui/icons";
import { Tabs } from "../ui/tabs";
import type { Workspace } from "./workspace";

export const consolePane = signal(true);
const tab = signal<"log" | "problems">("log");

export function showLog(): void {
  tab.value = "log";
}

export function showProblems(): void {
  tab.value = "problems";
}

// Bottom is the console pane: the log, and what is wrong with the scripts.
export function Bottom({ w }: { w: Workspace }) {
  const problems = w.problems.value;
  const close = <IconButton icon="close" small label="Close the console pane" tipAt="end" onClick={() => { consolePane.value = false; }} />;
  return (
    <section class="bottom" aria-label="Console pane">
      <header class="pane-head">
        <Tabs label="Console pane" value={tab.value} onChange={t => { tab.value = t; }} items={[
          { id: "log", label: "Log" },
          { id: "problems", label: <>Problems{problems.length > 0 && <span class="badge err">{problems.length}</span>}</> },
        ]} />
        <span class="grow" />
        {tab.value === "log" ? <LogTools lines={logLines.value} onClear={clearLog} extra={close} /> : close}
      </header>
      {tab.value === "log"
        ? <LogView lines={logLines.value} empty={logConnected.value ? "The log is empty." : "Waiting for the log…"} />
        : <Problems w={w} />}
    </section>
  );
}

function Problems({ w }: { w: Workspace }) {
  const problems = w.problems.value;
  if (problems.length === 0) return <Empty icon="check">No problems</Empty>;
  return (
    <ul class="problems" aria-label="Problems">
      {problems.map((p, i) => (
        <li key={i}>
          <button type="button" disabled={!w.files.value.has(p.file)} onClick={() => w.reveal(p.file, p.line, p.column)}>
            <Icon name="error" size={14} />
            <span class="grow">{p.message}</span>
            <span class="muted mono">{p.file}{p.line ? `:${p.line}${p.column ? `:${p.column}` : ""}` : ""}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
