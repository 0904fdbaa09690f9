import assert from "node:assert/strict";
import { test } from "node:test";
import { compact } from "./counts";
import { layout, nodeAt } from "./layout";
import type { Graph } from "../net/types";

const graph: Graph = {
  roots: [0],
  nodes: [
    { name: "Listen 0.0.0.0:8000", t: "root", c: [1], line: 3, column: 1 },
    { name: "demuxHTTP", t: "link", p: 0, c: [2], line: 4, column: 3 },
    { name: "request", t: "pipeline", p: 1, c: [3, 7], line: 6, column: 1 },
    { name: "link", t: "link", p: 2, c: [4, 6], line: 7, column: 3 },
    { name: "forward", t: "pipeline", p: 3, c: [5], line: 12, column: 1 },
    { name: "connect", t: "filter", p: 4, line: 13, column: 3 },
    { name: "[empty]", t: "pipeline", p: 3 },
    { name: "dump", t: "filter", p: 2, line: 8, column: 3 },
  ],
};

test("every node has one box, and boxes of a level do not overlap", () => {
  const d = layout(graph, 0, 0);
  assert.deepEqual(d.boxes.map(b => b.node).sort((a, b) => a - b), graph.nodes.map((_, i) => i));
  const sorted = [...d.boxes].sort((a, b) => a.y - b.y);
  for (let i = 1; i < sorted.length; i++) assert.ok(sorted[i].y >= sorted[i - 1].y + sorted[i - 1].h, `${sorted[i].label} overlaps`);
});

test("what leaves the targets of a link leads to the filter after it", () => {
  const outs = layout(graph, 0, 0).lines.filter(l => l.kind === "out");
  assert.equal(outs.length, 2); // connect, and the empty target
});

test("the cursor is in the last call that begins before it", () => {
  assert.equal(nodeAt(graph, 7, 20), 3);
  assert.equal(nodeAt(graph, 9, 1), 7);
  assert.equal(nodeAt(graph, 13, 1), 5);
  assert.equal(nodeAt(graph, 12, 40), 4);
  assert.equal(nodeAt(graph, 13, 3), 5);
  assert.equal(nodeAt(graph, 1, 1), -1);
});

test("numbers are short", () => {
  assert.deepEqual([0, 7, 999, 1000, 1234, 15_300, 2_500_000].map(compact), ["0", "7", "999", "1k", "1.2k", "15k", "2.5M"]);
});
