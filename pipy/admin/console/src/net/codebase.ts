// One codebase, of the repo or of the process itself, behind one set of functions.

import { escapePath, getJSON, HTTPError, isStatus, request } from "./http";
import type { Change, Commit, Info, Problem } from "./types";

export interface Content {
  text: string;
  bytes: Uint8Array;
  binary: boolean;
  etag: string;
}

export interface Precondition {
  match?: string; // the tag of what was read
  absent?: boolean; // only if there is no such file
}

export interface Codebase {
  readonly name: string; // "/" for that of the process
  readonly single: boolean;
  info(): Promise<Info & { readOnly?: boolean }>;
  read(path: string): Promise<Content>;
  write(path: string, body: string | Uint8Array, when?: Precondition): Promise<string>; // the new tag
  erase(path: string): Promise<void>;
  reset(path: string): Promise<void>;
  setMain(path: string): Promise<void>;
}

// isBinary tells whether bytes are no text that an editor could show.
export function isBinary(bytes: Uint8Array): boolean {
  if (bytes.subarray(0, 8192).includes(0)) return true;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return false;
  } catch {
    return true;
  }
}

async function readFile(url: string): Promise<Content> {
  const res = await request(url);
  const bytes = new Uint8Array(await res.arrayBuffer());
  const binary = isBinary(bytes);
  return { bytes, binary, text: binary ? "" : new TextDecoder().decode(bytes), etag: res.headers.get("etag") ?? "" };
}

async function writeFile(url: string, body: string | Uint8Array, when: Precondition = {}): Promise<string> {
  const headers: Record<string, string> = {};
  if (when.match) headers["if-match"] = when.match;
  if (when.absent) headers["if-none-match"] = "*";
  const res = await request(url, { method: "POST", body, headers });
  const etag = res.headers.get("etag");
  if (etag !== null) return etag;
  return (await readFile(url)).etag;
}

// A codebase of the repo.
export class RepoCodebase implements Codebase {
  readonly single = false;

  constructor(readonly name: string) {}

  private url(path = "") {
    return "/api/v1/repo" + escapePath(this.name) + escapePath(path);
  }

  private file(path: string) {
    return "/api/v1/repo-files" + escapePath(this.name) + escapePath(path);
  }

  async info() {
    return getJSON<Info>(this.url());
  }

  read(path: string) {
    return readFile(this.file(path));
  }

  write(path: string, body: string | Uint8Array, when?: Precondition) {
    return writeFile(this.file(path), body, when);
  }

  async erase(path: string) {
    await request(this.file(path), { method: "DELETE" });
  }

  async reset(path: string) {
    await request(this.file(path), { method: "PATCH" });
  }

  async setMain(path: string) {
    await request(this.url(), { method: "PATCH", body: { main: path } });
  }

  // commit publishes the edits as the version after the one that was looked at.
  async commit(seen: number | string, message: string): Promise<void> {
    await request(this.url(), { method: "PATCH", body: { version: nextVersion(seen), message }, headers: { "if-match": `"${seen}"` } });
  }

  async diff(): Promise<Change[]> {
    return (await getJSON<{ changes?: Change[] | null }>("/api/v1/diff" + escapePath(this.name))).changes ?? [];
  }

  async history(): Promise<Commit[]> {
    return (await getJSON<Commit[] | null>("/api/v1/history" + escapePath(this.name))) ?? [];
  }

  async rollback(version: number | string): Promise<void> {
    await request("/api/v1/history" + escapePath(this.name), { method: "POST", body: { version } });
  }

  // importArchive makes the files those of a tar archive, as edits.
  async importArchive(archive: Uint8Array, discard: boolean): Promise<void> {
    await request("/api/v1/import" + escapePath(this.name) + (discard ? "?discard=true" : ""), { method: "POST", body: archive });
  }

  async remove(): Promise<void> {
    await request(this.url(), { method: "DELETE" });
  }
}

// nextVersion returns the version that follows: numbers count, and names get
// their last number counted.
export function nextVersion(v: number | string): number | string {
  const n = Number(v);
  if (v !== "" && Number.isInteger(n)) return n + 1;
  const m = /^(.*?)(\d+)$/.exec(String(v));
  return m ? m[1] + (Number(m[2]) + 1) : `${v}.1`;
}

// The codebase of this process.
export class OwnCodebase implements Codebase {
  readonly name = "/";
  readonly single = true;

  async info() {
    const own = await getJSON<{ main?: string; files?: string[]; readOnly?: boolean }>("/api/v1/files");
    return {
      version: "", path: "/", main: own.main ?? "", files: own.files ?? [], editFiles: [], erasedFiles: [], baseFiles: [], derived: [],
      readOnly: own.readOnly ?? false,
    };
  }

  private url(path: string) {
    return "/api/v1/files" + escapePath(path);
  }

  read(path: string) {
    return readFile(this.url(path));
  }

  write(path: string, body: string | Uint8Array, when?: Precondition) {
    return writeFile(this.url(path), body, when);
  }

  async erase(path: string) {
    await request(this.url(path), { method: "DELETE" });
  }

  async reset(): Promise<void> {
    throw new HTTPError(405, "Only codebases of a repo can be reset.");
  }

  async setMain(path: string) {
    await request("/api/v1/files", { method: "PATCH", body: { main: path } });
  }
}

export async function listCodebases(): Promise<string[]> {
  const text = await (await request("/api/v1/repo")).text();
  return text.split("\n").map(l => l.trim()).filter(Boolean);
}

export async function createCodebase(name: string, base?: string): Promise<void> {
  await request("/api/v1/repo" + escapePath(name), { method: "POST", body: { version: 1, ...(base ? { base } : {}) } });
}

// runningProgram returns the codebase that runs in this process; "" if none does.
export async function runningProgram(): Promise<string> {
  return (await (await request("/api/v1/program")).text()).trim();
}

// startProgram starts or restarts a codebase. What is wrong with it comes as an
// HTTPError with problems.
export async function startProgram(name: string): Promise<void> {
  await request("/api/v1/program", { method: "POST", body: name, headers: { accept: "application/json" } });
}

export async function stopProgram(): Promise<void> {
  await request("/api/v1/program", { method: "DELETE" });
}

// check loads a codebase with unsaved texts laid over it, and returns what is
// wrong; undefined when the process cannot tell.
export async function check(name: string, files: Record<string, string>, signal: AbortSignal): Promise<Problem[] | undefined> {
  try {
    const res = await request("/api/v1/check" + (name === "/" ? "/" : escapePath(name)), { method: "POST", body: { files }, signal });
    return ((await res.json()) as { problems?: Problem[] | null }).problems ?? [];
  } catch (err) {
    if (isStatus(err, 404, 405, 501)) return undefined;
    throw err;
  }
}
