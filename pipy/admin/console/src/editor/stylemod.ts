// Stands in for the package style-mod, which the editor uses for its style
// sheets: the same rules, but in one constructed sheet per document instead of a
// <style> element, which a strict content security policy would refuse.
import { StyleModule as Original } from "../../node_modules/style-mod/src/style-mod.js";

type Root = Document | ShadowRoot;

interface Mounted {
  sheet: CSSStyleSheet;
  modules: Original[];
}

const mounted = new WeakMap<Root, Mounted>();

export class StyleModule extends Original {
  static mount(root: Root, modules: Original | readonly Original[]) {
    let m = mounted.get(root);
    if (!m) {
      m = { sheet: new CSSStyleSheet(), modules: [] };
      mounted.set(root, m);
      root.adoptedStyleSheets = [m.sheet, ...root.adoptedStyleSheets];
    }
    const list: readonly Original[] = Array.isArray(modules) ? modules : [modules as Original];
    const fresh = list.filter(s => !m.modules.includes(s));
    if (fresh.length === 0) return;
    // As in the original: a module stands before those that follow it in the list.
    const next = list.find(s => m.modules.includes(s) && list.indexOf(s) > list.indexOf(fresh[0]));
    m.modules.splice(next ? m.modules.indexOf(next) : m.modules.length, 0, ...fresh);
    m.sheet.replaceSync(m.modules.map(s => s.getRules()).join("\n"));
  }
}
