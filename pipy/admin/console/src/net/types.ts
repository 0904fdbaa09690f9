// What the admin port answers.

export interface Session {
  mode: "repo" | "file" | "worker" | "proxy" | "workspace";
  role: "admin" | "reader" | "none";
  authRequired: boolean;
  version: string;
  uuid: string;
  name: string;
  readOnly: boolean;
  root?: string;
}

export interface Problem {
  file: string;
  line: number; // from 1; 0 when it is not known
  column: number; // from 1; 0 when it is not known
  message: string;
}

export interface Info {
  version: number | string;
  path: string;
  main: string;
  files: string[];
  editFiles: string[];
  erasedFiles: string[];
  baseFiles: string[];
  derived: string[];
  base?: string;
  instances?: Record<string, Instance>;
}

export interface Instance {
  timestamp: number; // of the last report, in milliseconds
  uuid: string;
  name: string;
  version: string | number;
  ip?: string;
  modules?: Record<string, { graph?: Graph }>;
  since?: number; // of its program; 0 when it is not known
  status?: Status;
  logs?: string[];
  linked?: boolean; // it takes commands now
  error?: string; // why it does not run a newer version
}

export interface Status {
  timestamp: number;
  since?: number;
  uuid: string;
  name: string;
  version: string | number;
  modules: Record<string, { graph?: Graph }>;
  workers?: { id: number; versions: { number: number; state: string; pipelines: number }[] }[];
  logs?: string[];
  error?: string;
  ip?: string;
}

export interface Graph {
  roots: number[];
  nodes: GraphNode[];
}

export interface GraphNode {
  name: string;
  t: string; // root, pipeline, filter, link, fork, joint, error
  p?: number;
  c?: number[];
  st?: string;
  ot?: string;
  line?: number; // of the call, from 1
  column?: number;
}

export interface FilterCount {
  name: string;
  line: number;
  column: number;
  events?: { data?: number; start?: number; end?: number; streamEnd?: number };
  bytes?: number;
  errors?: number;
}

export interface PipelineCount {
  name: string;
  active: number;
  total: number;
  filters: FilterCount[];
}

export interface Counts {
  modules: Record<string, { pipelines: PipelineCount[] }>;
}

export interface Change {
  path: string;
  change: "added" | "changed" | "erased";
  before?: string;
  after?: string;
  binary?: boolean;
  beforeSize?: number;
  afterSize?: number;
}

export interface Commit {
  version: number | string;
  time: string | number;
  author?: string;
  message?: string;
  files?: string[] | number;
}

export interface Metric {
  k: string;
  l?: string;
  t: string; // Counter, Gauge or Histogram[limits]
  v: (number | number[] | null)[];
  s?: Metric[];
}

export interface MetricHistory {
  time: number;
  metrics: Metric[];
}

export interface LogLine {
  id: number;
  time: string;
  level: "debug" | "info" | "warn" | "error";
  topic: string;
  text: string;
}

export interface DocPage {
  path: string;
  title: string;
  group: string;
  lang?: string;
}
