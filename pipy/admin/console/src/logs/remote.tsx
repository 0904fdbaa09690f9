import { useEffect, useState } from "preact/hooks";
import { parseLine } from "../net/log";
import type { LogLine } from "../net/types";
import { LogTools, LogView } from "./view";

const kept = 4000; // lines
const retryAfter = 5000; // milliseconds

// RemoteLog watches a log by name, of an instance or, without a uuid, of this
// process.
export function RemoteLog({ uuid, name, title }: { uuid: string; name: string; title: string }) {
  const [lines, setLines] = useState<LogLine[]>([]);
  const [note, setNote] = useState("Connecting…");
  useEffect(() => {
    let socket: WebSocket;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    let count = 0;
    let rest = "";
    const connect = () => {
      const scheme = location.protocol === "https:" ? "wss:" : "ws:";
      socket = new WebSocket(`${scheme}//${location.host}/api/v1/log/${encodeURIComponent(uuid)}/${encodeURIComponent(name)}`);
      socket.binaryType = "arraybuffer";
      socket.onopen = () => {
        setNote("Waiting for lines…");
        setLines([]);
        rest = "";
        socket.send("watch\n");
      };
      socket.onmessage = e => {
        const text = rest + (typeof e.data === "string" ? e.data : new TextDecoder().decode(e.data as ArrayBuffer));
        const parts = text.split("\n");
        rest = parts.pop()!;
        const fresh = parts.filter(Boolean).map(t => ({ id: ++count, ...parseLine(t) }));
        if (fresh.length) setLines(old => [...old, ...fresh].slice(-kept));
      };
      socket.onclose = () => {
        if (ended) return;
        setNote("The instance cannot be reached; trying again…");
        timer = setTimeout(connect, retryAfter);
      };
    };
    connect();
    return () => {
      ended = true;
      clearTimeout(timer);
      socket.close();
    };
  }, []);
  return (
    <>
      <header class="pane-head"><h2 class="nowrap">{name === "pipy_log" ? "Log" : name} of {title}</h2><span class="grow" /><LogTools lines={lines} onClear={() => setLines([])} /></header>
      <LogView lines={lines} empty={note} />
    </>
  );
}
