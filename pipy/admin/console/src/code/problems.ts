// What is wrong with the scripts of a codebase, from several sources.

import type { Problem } from "../net/types";

// relocate returns a problem at the place where it is: one that is reported where
// a module is used names the place in the module at the end of its message.
export function relocate(p: Problem, files: { has(path: string): boolean }): Problem {
  const m = /^.*(?:^|[\s'"(])\/?([^\s:'"()]+\.m?js):(\d+)(?::(\d+))?:? (.+)$/s.exec(p.message);
  if (!m) return p;
  const file = "/" + m[1];
  if (!files.has(file)) return p;
  return { file, line: Number(m[2]), column: Number(m[3] ?? 0), message: m[4] };
}

// merge puts lists of problems together, without what is in several.
export function merge(...lists: Problem[][]): Problem[] {
  const seen = new Set<string>();
  return lists.flat().filter(p => {
    const key = `${p.file}:${p.line}:${p.message}`;
    return !seen.has(key) && seen.add(key);
  });
}
