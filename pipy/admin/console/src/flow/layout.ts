// Where the boxes and lines of a graph of pipelines go.

import type { Graph, GraphNode } from "../net/types";

export interface Box {
  node: number; // index in the graph
  kind: "title" | "filter" | "joint" | "error" | "pass";
  label: string;
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Line {
  d: string; // an SVG path
  kind: "next" | "in" | "out" | "fork";
}

export interface Drawing {
  root: number;
  boxes: Box[];
  lines: Line[];
  width: number;
  height: number;
}

interface Point {
  x: number;
  y: number;
}

interface Area {
  bottom: number;
  right: number;
  outs: Point[]; // where the stream leaves, on the right sides of boxes
}

const height = 28;
const gap = 14;
const indent = 34;
const anchor = 15; // of the lines that go down, from the left side of a box
const lane = 14; // between boxes and the line that leads back
const round = 6;
const letter = 7; // width of one, about

// layout draws one root of a graph. Extra is room for figures beside the names.
export function layout(graph: Graph, root: number, extra: number): Drawing {
  const d: Drawing = { root, boxes: [], lines: [], width: 0, height: 0 };
  const longest = labels(graph, root).reduce((n, l) => Math.max(n, l.length), 0);
  const w = Math.max(132, Math.min(250, longest * letter + 30)) + extra;
  const area = pipeline(graph, d, root, 8, 8, w);
  d.width = area.right + 8;
  d.height = area.bottom + 8;
  return d;
}

function labels(graph: Graph, i: number): string[] {
  const n = graph.nodes[i];
  return n ? [n.name, ...(n.c ?? []).flatMap(c => labels(graph, c))] : [];
}

// isJoint tells whether a node leads into other pipelines.
export function isJoint(n: GraphNode): boolean {
  return (n.c?.length ?? 0) > 0 || n.t === "link" || n.t === "fork" || n.t === "joint";
}

export function isFork(n: GraphNode): boolean {
  return n.t === "fork" || (n.t === "joint" && n.ot === "self");
}

function pipeline(graph: Graph, d: Drawing, index: number, x: number, y: number, w: number): Area {
  const n = graph.nodes[index];
  const title: Box = { node: index, kind: n.t === "error" ? "error" : n.name === "[empty]" || n.name === "" ? "pass" : "title", label: n.name, x, y, w, h: height };
  if (title.kind === "pass") title.label = "pass through";
  d.boxes.push(title);
  let bottom = y + height;
  let right = x + w;
  let outs: Point[] = [{ x: x + w, y: y + height / 2 }];
  let above: number | null = bottom; // where the line to the next filter begins; null when the stream comes from the right
  let first = true;
  for (const c of n.c ?? []) {
    const f = graph.nodes[c];
    if (!f) continue;
    const top = bottom + (first ? 8 : gap);
    first = false;
    const joint = isJoint(f);
    d.boxes.push({ node: c, kind: f.t === "error" ? "error" : joint ? "joint" : "filter", label: f.name, x, y: top, w, h: height });
    const mid = top + height / 2;
    if (above !== null) d.lines.push({ d: `M${x + anchor} ${above}V${top - 1}`, kind: "next" });
    else right = Math.max(right, back(d, outs, right + lane, { x: x + w, y: mid }));
    bottom = top + height;
    outs = [{ x: x + w, y: mid }];
    above = bottom;
    if (!f.c?.length) continue;
    const fork = isFork(f);
    const subs: Point[] = [];
    for (const s of f.c) {
      const subTop = bottom + gap;
      const to = subTop + height / 2;
      d.lines.push({ d: `M${x + anchor} ${top + height}V${to - round}q0 ${round} ${round} ${round}H${x + indent - 1}`, kind: fork ? "fork" : "in" });
      const sub = pipeline(graph, d, s, x + indent, subTop, w);
      bottom = sub.bottom;
      right = Math.max(right, sub.right);
      subs.push(...sub.outs);
    }
    if (fork) {
      above = top + height;
      continue;
    }
    outs = subs;
    above = null;
  }
  return { bottom, right, outs };
}

// back draws the lines from where sub-pipelines leave to what follows them, and
// returns how far to the right they reach.
function back(d: Drawing, outs: Point[], busX: number, to: Point): number {
  for (const o of outs) {
    d.lines.push({
      d: `M${o.x} ${o.y}H${busX - round}q${round} 0 ${round} ${round}V${to.y - round}q0 ${round} ${-round} ${round}H${to.x + 1}`,
      kind: "out",
    });
  }
  return busX;
}

// nodeAt returns the node whose call is the last one that begins at or before a
// place in the text; -1 when there is none. The first call of a line has all of the
// line before it. A node has the place of the parenthesis behind its name.
export function nodeAt(graph: Graph, line: number, column: number): number {
  let best = -1;
  let first = -1; // of the line
  const at = (i: number) => graph.nodes[i].column ?? 1;
  graph.nodes.forEach((n, i) => {
    if (!n.line || n.line > line) return;
    if (n.line === line && (first < 0 || at(i) < at(first))) first = i;
    if (n.line === line && at(i) - n.name.length - 1 > column) return;
    const b = best < 0 ? undefined : graph.nodes[best];
    if (!b || n.line > b.line! || (n.line === b.line && at(i) >= at(best))) best = i;
  });
  return first >= 0 && graph.nodes[best]?.line !== line ? first : best;
}
