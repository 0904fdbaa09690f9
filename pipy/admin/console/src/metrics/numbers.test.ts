import assert from "node:assert/strict";
import { test } from "node:test";
import { averages, figure, inherit, leaves, limits, percentile, rates, scale, series, shares } from "./numbers";

test("counters are rates, and a reset counts from zero", () => {
  assert.deepEqual(rates([0, 10, 30, 5]), [null, 2, 4, 1]);
});

test("percentiles are interpolated between the limits of a bucket", () => {
  assert.equal(percentile([0, 10, 0], [1, 3, 5], 0.5), 2);
  assert.equal(percentile([0, 0, 4], [1, 2, Infinity], 0.9), 2);
  assert.equal(percentile([0, 0], [1, 2], 0.9), null);
});

test("histograms carry buckets, a count and a sum", () => {
  const m = { k: "h", t: "Histogram[1,2,4]", v: [[0, 0, 0, 0, 0], [10, 0, 0, 10, 5], [10, 10, 0, 20, 20]] };
  assert.deepEqual(limits(m), [1, 2, 4]);
  assert.deepEqual(shares(m, 0.5), [null, 0.5, 1.5]);
  assert.deepEqual(averages(m), [null, 0.5, 1.5]);
  assert.deepEqual(series(m), [null, 0.9, 1.9]);
});

test("rows are combinations of labels", () => {
  const m = inherit({ k: "c", t: "Counter", v: [1], s: [{ k: "a", v: [1], s: [{ k: "x", v: [1] }, { k: "y", v: [0] }] }] } as never);
  assert.deepEqual(leaves(m).map(l => l.label), ["a / x", "a / y"]);
  assert.equal(leaves(m)[0].metric.t, "Counter");
});

test("figures have units", () => {
  assert.equal(figure(22_400_000, { k: "go_memstats_sys_bytes", t: "Gauge" }), "22.4 MB");
  assert.equal(figure(0, { k: "pipy_inbound_in", t: "Counter" }), "0 B/s");
  assert.equal(figure(1.5, { k: "pipy_inbound_total", t: "Counter" }), "1.5/s");
  assert.equal(figure(3, { k: "pipy_outbound_conn_time", t: "Histogram[1,2]" }), "3 ms");
  assert.equal(figure(null, { k: "x", t: "Gauge" }), "–");
});

test("scales are round", () => {
  assert.deepEqual(scale(37), { top: 50, step: 10 });
  assert.deepEqual(scale(0), { top: 1, step: 0.5 });
});
