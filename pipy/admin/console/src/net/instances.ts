// Which processes a page can show: this one, and those that report to the repo.

import { signal } from "@preact/signals";
import type { Instance } from "./types";

const activeFor = 30_000; // milliseconds since the last report

export interface Choice {
  key: string; // "" for this process, else the uuid
  title: string;
  uuid: string;
  note: string;
  active: boolean;
  since: number; // of the last report
  version: string;
  error: string; // why it refuses the version that it should run
  remote?: Instance;
}

// selected is the instance that is looked at, in all views.
export const selected = signal("");

export function choices(instances: Record<string, Instance> | undefined, now: number): Choice[] {
  const list: Choice[] = [{ key: "", title: "This process", uuid: "", note: "", active: true, since: now, version: "", error: "" }];
  for (const [index, i] of Object.entries(instances ?? {})) {
    const at = i.status?.timestamp && i.status.timestamp > i.timestamp ? i.status.timestamp : i.timestamp;
    const name = i.name || i.status?.name || "";
    list.push({
      key: i.uuid ?? i.status?.uuid ?? index,
      title: name || `Instance ${index}`,
      uuid: i.uuid ?? i.status?.uuid ?? "",
      note: i.ip ?? i.status?.ip ?? "",
      active: now - at < activeFor,
      since: at,
      version: String(i.version ?? i.status?.version ?? ""),
      error: i.error ?? i.status?.error ?? "",
      remote: i,
    });
  }
  return list;
}

// ago writes how long ago a time was.
export function ago(at: number, now: number): string {
  const s = Math.max(0, Math.round((now - at) / 1000));
  if (s < 5) return "just now";
  if (s < 60) return `${s} seconds ago`;
  if (s < 3600) return `${Math.round(s / 60)} min ago`;
  if (s < 86_400) return `${Math.round(s / 3600)} h ago`;
  return new Date(at).toLocaleString();
}
