import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Empty } from "../ui/empty";
import { Icon } from "../ui/icons";
import type { Workspace } from "./workspace";

interface Hit {
  line: number;
  column: number;
  text: string;
  from: number; // of the match in the text
  to: number;
}

const query = signal("");
const matchCase = signal(false);
const asPattern = signal(false);
const results = signal<{ path: string; hits: Hit[] }[] | null>(null);
const failure = signal("");
const maxHits = 500;

// find returns where a pattern matches in a text, line by line.
export function find(text: string, pattern: RegExp): Hit[] {
  const hits: Hit[] = [];
  text.split("\n").forEach((line, i) => {
    for (const m of line.matchAll(pattern)) {
      if (!m[0]) break;
      const start = Math.max(0, m.index - 30);
      hits.push({ line: i + 1, column: m.index + 1, text: (start ? "…" : "") + line.slice(start, m.index + 120), from: m.index - start + (start ? 1 : 0), to: m.index - start + (start ? 1 : 0) + m[0].length });
    }
  });
  return hits;
}

async function run(w: Workspace): Promise<void> {
  const q = query.value;
  failure.value = "";
  if (!q) {
    results.value = null;
    return;
  }
  let pattern: RegExp;
  try {
    pattern = new RegExp(asPattern.value ? q : q.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), matchCase.value ? "g" : "gi");
  } catch (err) {
    failure.value = (err as Error).message;
    return;
  }
  const found: { path: string; hits: Hit[] }[] = [];
  let count = 0;
  for (const [path, mark] of w.files.value) {
    if (mark.erased || count >= maxHits) continue;
    const doc = w.document(path);
    const text = doc?.state ? doc.text : await w.codebase.read(path).then(c => (c.binary ? "" : c.text), () => "");
    if (query.value !== q) return; // another search has begun
    const hits = find(text, pattern).slice(0, maxHits - count);
    count += hits.length;
    if (hits.length) found.push({ path, hits });
  }
  results.value = found;
}

// Search looks for a text in all files of the codebase, unsaved changes included.
export function Search({ w }: { w: Workspace }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current!.select(), []);
  useEffect(() => {
    const timer = setTimeout(() => void run(w), 200);
    return () => clearTimeout(timer);
  }, [query.value, matchCase.value, asPattern.value, w.info.value]);
  const total = results.value?.reduce((n, r) => n + r.hits.length, 0) ?? 0;
  return (
    <div class="search">
      <div class="search-form">
        <input ref={input} class="input small" type="search" aria-label="Search in all files" placeholder="Search in all files" value={query.value}
          onInput={e => { query.value = e.currentTarget.value; }} />
        <label class="check"><input type="checkbox" checked={matchCase.value} onChange={e => { matchCase.value = e.currentTarget.checked; }} />Match case</label>
        <label class="check"><input type="checkbox" checked={asPattern.value} onChange={e => { asPattern.value = e.currentTarget.checked; }} />Pattern</label>
      </div>
      {failure.value && <p class="search-note err" role="alert">{failure.value}</p>}
      {results.value && <p class="search-note" role="status">{total === 0 ? "Nothing found" : `${total}${total >= maxHits ? " or more" : ""} in ${results.value.length} file${results.value.length === 1 ? "" : "s"}`}</p>}
      {!query.value && <Empty icon="search">Finds text in the files of this codebase, unsaved changes included.</Empty>}
      <ul class="search-results">
        {query.value && results.value?.map(r => (
          <li key={r.path}>
            <div class="search-file nowrap"><Icon name="file" size={13} />{r.path}<span class="muted">{r.hits.length}</span></div>
            <ul>
              {r.hits.map(h => (
                <li key={`${h.line}:${h.column}`}>
                  <button type="button" class="search-hit" onClick={() => w.reveal(r.path, h.line, h.column)}>
                    <span class="muted">{h.line}</span><code class="nowrap">{h.text.slice(0, h.from).trimStart()}<mark>{h.text.slice(h.from, h.to)}</mark>{h.text.slice(h.to)}</code>
                  </button>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </div>
  );
}
