// Compresses the built files, which are embedded in the program like that, and
// notes which sources they were built from.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { root, sources } from "./sources.mjs";

const limit = 700 * 1024; // bytes, of all compressed files together
const dist = join(root, "dist");

let total = 0;
for (const e of readdirSync(dist, { withFileTypes: true, recursive: true })) {
  if (!e.isFile()) continue;
  const path = join(e.parentPath, e.name);
  const packed = gzipSync(readFileSync(path), { level: 9 });
  packed[9] = 255; // the system it was made on: unknown
  writeFileSync(`${path}.gz`, packed);
  rmSync(path);
  total += packed.length;
}
writeFileSync(join(dist, "SOURCES"), sources());
console.log(`dist: ${(total / 1024).toFixed(1)} KB compressed`);
if (total > limit) {
  console.error(`dist: want at most ${limit / 1024} KB`);
  process.exit(1);
}
