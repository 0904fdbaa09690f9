import { signal } from "@preact/signals";
import { failureText } from "../net/http";
import { IconButton } from "./button";

interface Toast {
  id: number;
  text: string;
  tone: "ok" | "err" | "note";
}

const shown = signal<Toast[]>([]);
const busyWith = signal<string[]>([]);
let count = 0;

// toast shows a line for a while; an error stays until it is dismissed, or until
// there is something newer to say.
export function toast(text: string, tone: Toast["tone"] = "note"): void {
  const id = ++count;
  shown.value = [...shown.value.filter(t => t.text !== text && t.tone !== "err"), { id, text, tone }].slice(-3);
  if (tone !== "err") setTimeout(() => dismiss(id), 3500);
}

function dismiss(id: number) {
  shown.value = shown.value.filter(t => t.id !== id);
}

// busy shows a text while a promise is pending, and its failure as a toast. It
// resolves to the result, or to undefined.
export async function busy<T>(text: string, work: Promise<T>): Promise<T | undefined> {
  const timer = setTimeout(() => { busyWith.value = [...busyWith.value, text]; }, 150);
  try {
    return await work;
  } catch (err) {
    toast(failureText(err), "err");
    return undefined;
  } finally {
    clearTimeout(timer);
    busyWith.value = busyWith.value.filter(t => t !== text);
  }
}

export function Toasts() {
  return (
    <>
      <div class="busy" role="status">
        {busyWith.value.length > 0 && <div><span class="spinner" />{busyWith.value.at(-1)}</div>}
      </div>
      <div class="toasts" aria-live="polite">
        {shown.value.map(t => (
          <div key={t.id} class={`toast ${t.tone}`} role={t.tone === "err" ? "alert" : undefined}>
            <span class="grow">{t.text}</span>
            <IconButton icon="close" label="Dismiss" tipAt="end" small onClick={() => dismiss(t.id)} />
          </div>
        ))}
      </div>
    </>
  );
}
