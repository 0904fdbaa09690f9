// Server-sent events that come back after an interruption.

export interface Stream {
  close(): void;
}

export interface StreamHandlers {
  event: (data: string, type: string, id: string) => void;
  state?: (connected: boolean, refused: number) => void; // refused is the status of an answer that is no stream
}

const retryAfter = 2000; // milliseconds

// openStream reads a stream of events until it is closed. It uses fetch, which
// tells the status of a refusal, where EventSource does not. One that pauses has no
// connection while nobody sees the page: a browser opens six to a host, for all pages.
export function openStream(url: string, types: StreamHandlers, o: { pauses?: boolean } = {}): Stream {
  let reading: AbortController | undefined; // until it is paused, refused or closed
  let lastID = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = async (stop: AbortController) => {
    try {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (lastID) headers["last-event-id"] = lastID;
      const res = await fetch(url, { headers, signal: stop.signal, cache: "no-store" });
      if (!res.ok || !res.body) {
        types.state?.(false, res.status);
        if (res.status === 401 || res.status === 403 || res.status === 404 || res.status === 405 || res.status === 400) {
          document.removeEventListener("visibilitychange", look);
          return;
        }
      } else {
        types.state?.(true, 0);
        await read(res.body, new Parser((data, type, id) => {
          if (id) lastID = id;
          types.event(data, type, id);
        }));
        types.state?.(false, 0);
      }
    } catch {
      if (stop.signal.aborted) return;
      types.state?.(false, 0);
    }
    if (!stop.signal.aborted) timer = setTimeout(() => void run(stop), retryAfter);
  };
  const end = () => {
    clearTimeout(timer);
    reading?.abort();
    reading = undefined;
  };
  const look = () => {
    if (o.pauses && document.hidden) end();
    else if (!reading) void run(reading = new AbortController());
  };
  document.addEventListener("visibilitychange", look);
  look();
  return {
    close() {
      document.removeEventListener("visibilitychange", look);
      end();
    },
  };
}

async function read(body: ReadableStream<Uint8Array>, parser: Parser): Promise<void> {
  const reader = body.getReader();
  const text = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parser.feed(text.decode(value, { stream: true }));
  }
}

// Parser takes a stream of events apart, as the HTML standard describes it (9.2.6).
export class Parser {
  private rest = "";
  private data: string[] = [];
  private type = "";
  private id = "";

  constructor(private readonly emit: (data: string, type: string, id: string) => void) {}

  feed(text: string): void {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop()!;
    for (const line of lines) this.line(line);
  }

  private line(line: string): void {
    if (line === "") {
      if (this.data.length) this.emit(this.data.join("\n"), this.type || "message", this.id);
      this.data = [];
      this.type = "";
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.data.push(value);
    else if (name === "event") this.type = value;
    else if (name === "id") this.id = value;
  }
}
