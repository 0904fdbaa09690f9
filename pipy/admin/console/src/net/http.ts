// Requests to the admin port that served this page.

import { signal } from "@preact/signals";
import type { Problem } from "./types";

// HTTPError is an answer that is no success.
export class HTTPError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly problems: Problem[] = [],
    readonly response?: Response,
  ) {
    super(message);
  }
}

// refused counts the answers that want a role which the session has not; the
// page looks at the session again when it changes.
export const refused = signal(0);

interface Options {
  method?: string;
  body?: string | Uint8Array | object;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

// request sends a request and returns the answer if it is a success. Objects are
// sent as JSON.
export async function request(path: string, o: Options = {}): Promise<Response> {
  const headers = new Headers(o.headers);
  let body: BodyInit | undefined;
  if (typeof o.body === "string") {
    body = o.body;
    if (!headers.has("content-type")) headers.set("content-type", "text/plain; charset=utf-8");
  } else if (o.body instanceof Uint8Array) {
    body = o.body as Uint8Array<ArrayBuffer>;
    headers.set("content-type", "application/octet-stream");
  } else if (o.body) {
    body = JSON.stringify(o.body);
    headers.set("content-type", "application/json");
  }
  let res: Response;
  try {
    res = await fetch(path, { method: o.method ?? "GET", body, headers, signal: o.signal, cache: "no-store", credentials: "same-origin" });
  } catch (err) {
    if (o.signal?.aborted) throw err;
    throw new HTTPError(0, "Pipy does not answer. Is it still running?");
  }
  if (res.ok) return res;
  if (res.status === 401) refused.value++;
  throw await failure(res);
}

async function failure(res: Response): Promise<HTTPError> {
  const text = (await res.text().catch(() => "")).trim();
  if (res.headers.get("content-type")?.includes("json")) {
    try {
      const v = JSON.parse(text) as { error?: string; problems?: Problem[] };
      return new HTTPError(res.status, sentence(v.error ?? text), v.problems ?? [], res);
    } catch {
      // not JSON after all
    }
  }
  return new HTTPError(res.status, text && text.length < 600 ? text : plain(res.status, res.statusText), [], res);
}

// sentence makes an error of the API, which begins small, fit to stand alone; one
// that begins with a name is left as it is.
function sentence(text: string): string {
  return /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

function plain(status: number, reason: string): string {
  switch (status) {
    case 401: return "You are not logged in.";
    case 403: return "Your role does not allow that.";
    case 404: return "There is no such thing (any more).";
    case 405: return "This process does not offer that.";
    case 412: return "It was changed by somebody else in the meantime.";
    case 413: return "That is too large.";
    default: return `The answer was ${status} ${reason}`.trim() + ".";
  }
}

export async function getJSON<T>(path: string, signal?: AbortSignal): Promise<T> {
  const res = await request(path, { headers: { accept: "application/json" }, signal });
  return (await res.json()) as T;
}

export async function getText(path: string): Promise<string> {
  return (await request(path)).text();
}

// failureText is what to tell a person about something that was thrown.
export function failureText(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}

// isStatus tells whether something thrown is an answer with that status.
export function isStatus(err: unknown, ...status: number[]): err is HTTPError {
  return err instanceof HTTPError && status.includes(err.status);
}

// escapePath makes a path of a codebase fit for a URL.
export function escapePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
