// Runs the unit tests: bundles each src/**/*.test.ts and hands it to node's runner.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { root } from "./sources.mjs";

const out = mkdtempSync(join(tmpdir(), "console-test-"));
const tests = readdirSync(join(root, "src"), { recursive: true }).filter(p => p.endsWith(".test.ts"));
await build({
  root,
  logLevel: "warn",
  build: {
    outDir: out,
    ssr: true,
    emptyOutDir: false,
    rollupOptions: { input: Object.fromEntries(tests.map(t => [t.replaceAll("/", "-").replace(/\.ts$/, ""), join(root, "src", t)])) },
  },
  ssr: { noExternal: true },
});
const files = readdirSync(out).filter(n => /\.test\.m?js$/.test(n)).map(n => join(out, n));
const run = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" });
rmSync(out, { recursive: true });
process.exit(run.status ?? 1);
