// What the built files depend on: every source, with its hash.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

// The Go test of the package has the same list.
const inputs = ["build", "index.html", "package-lock.json", "package.json", "public", "src", "tsconfig.json", "vite.config.ts"];

function files(path) {
  let entries;
  try {
    entries = readdirSync(join(root, path), { withFileTypes: true });
  } catch {
    return [path]; // not a directory
  }
  return entries.flatMap(e => (e.isDirectory() ? files(`${path}/${e.name}`) : [`${path}/${e.name}`]));
}

// sources returns a line "<sha256>  <path>" for each source, sorted by path.
export function sources() {
  return inputs
    .flatMap(files)
    .sort((a, b) => (a < b ? -1 : 1))
    .map(path => `${createHash("sha256").update(readFileSync(join(root, path))).digest("hex")}  ${path}\n`)
    .join("");
}
