import assert from "node:assert/strict";
import { test } from "node:test";
import { merge, relocate } from "./problems";

const files = new Set(["/proxy.js", "/plugins/router.js"]);

test("a problem of a module is shown in the module", () => {
  const p = { file: "/proxy.js", line: 15, column: 7, message: "use: modules: [pjs] Cannot load module: plugins/router.js: plugins/router.js:4:5: Unexpected end of input" };
  assert.deepEqual(relocate(p, files), { file: "/plugins/router.js", line: 4, column: 5, message: "Unexpected end of input" });
});

test("other problems stay where they are", () => {
  const p = { file: "/proxy.js", line: 1, column: 1, message: "connect: target: want 'host:port', got 5" };
  assert.equal(relocate(p, files), p);
  const q = { file: "/proxy.js", line: 1, column: 1, message: "gone.js:1:2: no such file" };
  assert.equal(relocate(q, files), q);
});

test("what is in several lists is shown once", () => {
  const p = { file: "/a.js", line: 1, column: 2, message: "x" };
  assert.deepEqual(merge([p], [{ ...p, column: 3 }], []), [p]);
});
