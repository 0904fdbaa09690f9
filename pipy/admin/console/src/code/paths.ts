// Names of codebases and files.

// normalize makes "a//b/" into "/a/b".
export function normalize(path: string): string {
  return "/" + path.split("/").filter(Boolean).join("/");
}

export function dirname(path: string): string {
  const clean = path.endsWith("/") ? path.slice(0, -1) : path;
  return clean.slice(0, clean.lastIndexOf("/") + 1) || "/";
}

export function basename(path: string): string {
  const clean = path.endsWith("/") ? path.slice(0, -1) : path;
  return clean.slice(clean.lastIndexOf("/") + 1);
}

// nestingError tells why a codebase cannot have a name among others; "" if it can.
export function nestingError(name: string, existing: string[]): string {
  const n = normalize(name);
  if (n === "/") return "";
  for (const e of existing) {
    if (e === n) return `There is a codebase ${e} already`;
    if (n.startsWith(e + "/")) return `It would lie inside the codebase ${e}`;
    if (e.startsWith(n + "/")) return `The codebase ${e} would lie inside it`;
  }
  return segmentError(n);
}

// fileError tells why a file cannot have a name among others; "" if it can.
export function fileError(name: string, existing: string[]): string {
  if (name.endsWith("/") || name === "") return "";
  const n = normalize(name);
  for (const e of existing) {
    if (e === n) return "Filename already exists";
    if (e.startsWith(n + "/")) return "A folder has that name";
    if (n.startsWith(e + "/")) return `${e} is a file, not a folder`;
  }
  return segmentError(n);
}

function segmentError(path: string): string {
  for (const s of path.split("/")) {
    if (s === "." || s === "..") return `“${s}” cannot be a part of a name`;
    if (/[\\\u0000-\u001f]/.test(s)) return "A name cannot contain backslashes or control characters";
  }
  return "";
}

export interface TreeNode<T> {
  name: string;
  path: string; // of a folder it ends with a slash
  leaf?: T;
  children?: TreeNode<T>[];
}

// treeOf groups leaves by the segments of their paths: folders first, by name.
export function treeOf<T>(leaves: Map<string, T>): TreeNode<T>[] {
  const root: TreeNode<T>[] = [];
  for (const [path, leaf] of leaves) {
    let level = root;
    let at = "/";
    const segments = path.split("/").filter(Boolean);
    segments.forEach((s, i) => {
      if (i === segments.length - 1) {
        level.push({ name: s, path, leaf });
        return;
      }
      at += s + "/";
      let folder = level.find(n => n.path === at);
      if (!folder) level.push((folder = { name: s, path: at, children: [] }));
      level = folder.children!;
    });
  }
  sortTree(root);
  return root;
}

function sortTree<T>(level: TreeNode<T>[]) {
  level.sort((a, b) => Number(!!b.children) - Number(!!a.children) || a.name.localeCompare(b.name));
  for (const n of level) if (n.children) sortTree(n.children);
}
