import { signal } from "@preact/signals";
import { getJSON } from "../net/http";
import type { DocPage } from "../net/types";

// docPages are the pages that the program carries; null while they are not known.
export const docPages = signal<DocPage[] | null>(null);

let loading: Promise<void> | undefined;

export function loadDocs(): Promise<void> {
  loading ??= getJSON<DocPage[]>("/api/v1/docs/index.json").then(
    list => { docPages.value = Array.isArray(list) ? list : []; },
    () => { docPages.value = []; },
  );
  return loading;
}

// The languages that pages may be in, by the first part of their address.
export const languages: Record<string, string> = { en: "English", zh: "中文", ja: "日本語" };

// place takes the address of a page apart: /docs/zh/x is page x in Chinese.
export function place(path: string): { lang: string; page: string } {
  const parts = path.replace(/^\/docs\/?/, "").replace(/\/$/, "").split("/").map(decodeURIComponent);
  if (languages[parts[0]]) return { lang: parts[0], page: parts.slice(1).join("/") };
  return { lang: "", page: parts.join("/") };
}

// preferred returns the language to show when the address names none.
export function preferred(wanted: readonly string[], there: Set<string>): string {
  for (const w of wanted) {
    const lang = w.slice(0, 2).toLowerCase();
    if (there.has(lang)) return lang;
  }
  return "en";
}

// pick returns the page in a language, or in English.
export function pick(pages: DocPage[], page: string, lang: string): DocPage | undefined {
  const same = pages.filter(p => bare(p) === page);
  return same.find(p => (p.lang || "en") === lang) ?? same.find(p => (p.lang || "en") === "en") ?? same[0];
}

// bare returns the path of a page without its language.
export function bare(p: DocPage): string {
  const parts = p.path.replace(/^\//, "").replace(/\.(html|md)$/, "").split("/");
  return (languages[parts[0]] ? parts.slice(1) : parts).join("/");
}
