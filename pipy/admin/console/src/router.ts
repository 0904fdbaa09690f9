// Where the page is, and how it gets elsewhere without loading anew.

import { signal } from "@preact/signals";

export const path = signal(location.pathname);
export const hash = signal(location.hash);

type Guard = () => Promise<boolean>;

let guard: Guard | null = null;

// guardLeaving makes navigation ask first; null lets it pass.
export function guardLeaving(g: Guard | null): void {
  guard = g;
}

function arrive() {
  path.value = location.pathname;
  hash.value = location.hash;
}

export async function navigate(to: string, o: { replace?: boolean } = {}): Promise<void> {
  const url = new URL(to, location.href);
  if (url.pathname !== location.pathname && guard && !(await guard())) return;
  if (o.replace) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  arrive();
  if (!url.hash) document.querySelector(".scroll-page")?.scrollTo(0, 0);
}

// Links of the page itself are followed without loading it anew.
export function follow(e: MouseEvent): void {
  const a = (e.target as Element | null)?.closest?.("a");
  if (!a || e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
  if (a.target || a.hasAttribute("download")) return;
  const to = new URL(a.href, location.href);
  if (to.origin !== location.origin || !/^\/(home|repo|docs)?(\/|$)/.test(to.pathname)) return;
  if (to.pathname === location.pathname && to.hash) return; // the browser scrolls
  e.preventDefault();
  void navigate(to.pathname + to.search + to.hash);
}

export function startRouter(): void {
  let before = location.href;
  addEventListener("popstate", async () => {
    const samePage = new URL(before).pathname === location.pathname;
    if (!samePage && guard) {
      const to = location.href;
      history.pushState(null, "", before);
      if (!(await guard())) return;
      history.replaceState(null, "", to);
    }
    before = location.href;
    arrive();
  });
  path.subscribe(() => { before = location.href; });
  document.addEventListener("click", follow);
}
