import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { LogLine } from "../net/types";
import { IconButton } from "../ui/button";
import { Icon } from "../ui/icons";

const levels = ["debug", "info", "warn", "error"] as const;

// What is shown of a log; the same for the pane and the page.
const level = signal<LogLine["level"]>("debug");
const topic = signal("");
const text = signal("");
const follow = signal(true);

export function filterLines(lines: LogLine[], from: LogLine["level"], of: string, having: string): LogLine[] {
  const least = levels.indexOf(from);
  const word = having.toLowerCase();
  return lines.filter(l => levels.indexOf(l.level) >= least && (!of || l.topic === of) && (!word || l.text.toLowerCase().includes(word) || l.topic.includes(word)));
}

// LogTools are the controls above a log.
export function LogTools({ lines, onClear, extra }: { lines: LogLine[]; onClear: () => void; extra?: preact.ComponentChildren }) {
  const topics = [...new Set(lines.map(l => l.topic).filter(Boolean))].sort();
  if (topic.value && !topics.includes(topic.value)) topics.push(topic.value);
  return (
    <div class="log-tools">
      <select class="select small" aria-label="Level" value={level.value} onChange={e => { level.value = e.currentTarget.value as LogLine["level"]; }}>
        {levels.map(l => <option key={l} value={l}>{l === "debug" ? "all levels" : l === "error" ? "errors" : l + " and above"}</option>)}
      </select>
      <select class="select small" aria-label="Topic" value={topic.value} onChange={e => { topic.value = e.currentTarget.value; }}>
        <option value="">all topics</option>
        {topics.map(t => <option key={t} value={t}>{t}</option>)}
      </select>
      <span class="log-filter">
        <Icon name="search" size={13} />
        <input class="input small" type="search" aria-label="Text in the log" placeholder="Filter" value={text.value} onInput={e => { text.value = e.currentTarget.value; }} />
      </span>
      <IconButton icon="follow" small label="Follow new lines" tipAt="end" pressed={follow.value} onClick={() => { follow.value = !follow.value; }} />
      <IconButton icon="clear" small label="Clear" tipAt="end" onClick={onClear} />
      {extra}
    </div>
  );
}

// LogView shows lines of a log. It follows new ones until one scrolls up.
export function LogView({ lines, empty }: { lines: LogLine[]; empty: string }) {
  const box = useRef<HTMLDivElement>(null);
  const shown = filterLines(lines, level.value, topic.value, text.value);
  useLayoutEffect(() => {
    if (follow.value) box.current!.scrollTop = box.current!.scrollHeight;
  }, [shown.length, shown.at(-1)?.id, follow.value]);
  useEffect(() => {
    const b = box.current!;
    const seen = new ResizeObserver(() => {
      if (follow.value) b.scrollTop = b.scrollHeight;
    });
    seen.observe(b);
    return () => seen.disconnect();
  }, []);
  const scrolled = () => {
    const b = box.current;
    if (!b) return; // the scrolling has ended after the view
    follow.value = b.scrollTop + b.clientHeight >= b.scrollHeight - 24;
  };
  return (
    <div ref={box} class="log" role="log" aria-label="Log" tabIndex={0} onWheel={scrolled} onScrollEnd={scrolled}>
      {shown.map(l => (
        <div key={l.id} class={`log-line ${l.level}`}>
          <span class="log-time" title={l.time}>{l.time.slice(11)}</span>
          <span class="log-level">{l.level === "info" ? "" : l.level}</span>
          <span class="log-topic">{l.topic}</span>
          <span class="log-text">{l.text}</span>
        </div>
      ))}
      {shown.length === 0 && <p class="log-none">{lines.length ? "No line passes the filter." : empty}</p>}
    </div>
  );
}
