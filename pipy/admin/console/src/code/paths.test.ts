import assert from "node:assert/strict";
import { test } from "node:test";
import { fileError, nestingError, normalize, treeOf } from "./paths";
import { nextVersion } from "../net/codebase";
import { parseLine } from "../net/log";
import { Parser } from "../net/stream";

test("names of codebases may not nest, either way", () => {
  const existing = ["/proxy", "/a/b"];
  assert.match(nestingError("/proxy", existing), /already/);
  assert.match(nestingError("/proxy/x", existing), /inside the codebase \/proxy/);
  assert.match(nestingError("/a", existing), /\/a\/b would lie inside/);
  assert.equal(nestingError("/proxy2", existing), "");
  assert.equal(nestingError("/", existing), "");
  assert.match(nestingError("/x/../y", existing), /cannot be a part/);
});

test("names of files are told apart from folders", () => {
  const existing = ["/main.js", "/config/a.json"];
  assert.equal(fileError("/main.js", existing), "Filename already exists");
  assert.equal(fileError("/config", existing), "A folder has that name");
  assert.match(fileError("/main.js/x", existing), /is a file/);
  assert.equal(fileError("/config/b.json", existing), "");
});

test("slashes are put in order", () => {
  assert.equal(normalize("a//b/"), "/a/b");
  assert.equal(normalize(""), "/");
});

test("folders come before files", () => {
  const tree = treeOf(new Map([["/z.js", 1], ["/b/c.js", 2], ["/a/d/e.js", 3]]));
  assert.deepEqual(tree.map(n => n.path), ["/a/", "/b/", "/z.js"]);
  assert.equal(tree[0].children![0].children![0].leaf, 3);
});

test("versions are counted", () => {
  assert.equal(nextVersion(4), 5);
  assert.equal(nextVersion("7"), 8);
  assert.equal(nextVersion("v1.0"), "v1.1");
  assert.equal(nextVersion("beta"), "beta.1");
});

test("a line of the log has a time, a level, a topic and a text", () => {
  assert.deepEqual(parseLine("2026-11-21 22:38:30.638 [INF] [config] Module /hello.js"),
    { time: "2026-11-21 22:38:30.638", level: "info", topic: "config", text: "Module /hello.js" });
  assert.equal(parseLine("2026-11-21 22:38:30.638 [ERR] cannot connect").text, "cannot connect");
  assert.equal(parseLine("2026-11-21 22:38:30.638 [INF] [config]  [Listen on 8000 at 0.0.0.0]").text, " [Listen on 8000 at 0.0.0.0]");
  assert.equal(parseLine("anything").text, "anything");
});

test("events of a stream are put together from pieces", () => {
  const got: string[] = [];
  const p = new Parser((data, type, id) => got.push(`${type}|${id}|${data}`));
  for (const piece of [": hello\n\nid: 1\nda", "ta: a\ndata: b\n", "\nevent: tap\ndata:c\r\n\r\n"]) p.feed(piece);
  assert.deepEqual(got, ["message|1|a\nb", "tap|1|c"]);
});
