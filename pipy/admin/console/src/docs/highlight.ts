// Colors the listings of a page.

import { javascriptLanguage } from "@codemirror/lang-javascript";
import { jsonLanguage } from "@codemirror/lang-json";
import { yamlLanguage } from "@codemirror/lang-yaml";
import { highlightCode, tagHighlighter, tags as t } from "@lezer/highlight";

const classes = tagHighlighter([
  { tag: [t.keyword, t.controlKeyword, t.operatorKeyword, t.definitionKeyword, t.moduleKeyword], class: "hl-keyword" },
  { tag: [t.string, t.special(t.string), t.regexp], class: "hl-string" },
  { tag: [t.number, t.bool, t.null, t.atom], class: "hl-number" },
  { tag: [t.comment, t.meta], class: "hl-comment" },
  { tag: [t.function(t.variableName), t.function(t.propertyName), t.className], class: "hl-function" },
  { tag: [t.propertyName, t.definition(t.propertyName)], class: "hl-property" },
]);

const parsers: Record<string, { parse(text: string): import("@lezer/common").Tree }> = {
  js: javascriptLanguage.parser, javascript: javascriptLanguage.parser, json: jsonLanguage.parser, yaml: yamlLanguage.parser, yml: yamlLanguage.parser,
};

// highlight colors the listings below an element whose class names a language.
export function highlight(box: HTMLElement): void {
  for (const code of box.querySelectorAll<HTMLElement>("pre code")) {
    const parser = parsers[/language-(\w+)/.exec(code.className)?.[1] ?? ""];
    if (!parser || code.firstElementChild) continue;
    const text = code.textContent ?? "";
    const parts: Node[] = [];
    highlightCode(text, parser.parse(text), classes, (piece, names) => {
      const node = document.createTextNode(piece);
      if (!names) {
        parts.push(node);
        return;
      }
      const span = document.createElement("span");
      span.className = names;
      span.append(node);
      parts.push(span);
    }, () => parts.push(document.createTextNode("\n")));
    code.replaceChildren(...parts);
  }
}
