// The editor of one file: language, keys, looks.

import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, toggleComment } from "@codemirror/commands";
import { javascriptLanguage, localCompletionSource } from "@codemirror/lang-javascript";
import { json } from "@codemirror/lang-json";
import { markdown } from "@codemirror/lang-markdown";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching, codeFolding, foldGutter, foldKeymap, HighlightStyle, indentOnInput, indentUnit, LanguageSupport, syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  crosshairCursor, drawSelection, dropCursor, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap,
  lineNumbers, rectangularSelection,
} from "@codemirror/view";
import { tags as t } from "@lezer/highlight";
import { completeScript, scriptHelp } from "./complete";

const colors = HighlightStyle.define([
  { tag: [t.keyword, t.controlKeyword, t.operatorKeyword, t.definitionKeyword, t.moduleKeyword], color: "var(--code-keyword)" },
  { tag: [t.string, t.special(t.string), t.regexp], color: "var(--code-string)" },
  { tag: [t.number, t.bool, t.null, t.atom, t.self], color: "var(--code-number)" },
  { tag: [t.comment, t.meta], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [t.function(t.variableName), t.function(t.propertyName), t.className], color: "var(--code-function)" },
  { tag: [t.propertyName, t.definition(t.propertyName), t.attributeName], color: "var(--code-property)" },
  { tag: t.heading, color: "var(--code-function)", fontWeight: "600" },
  { tag: t.strong, fontWeight: "700" },
  { tag: t.emphasis, fontStyle: "italic" },
  { tag: [t.link, t.url], color: "var(--accent)", textDecoration: "underline" },
  { tag: t.monospace, color: "var(--code-string)" },
  { tag: t.invalid, color: "var(--err)" },
]);

const looks = EditorView.theme({
  "&": { height: "100%", fontSize: "13px", backgroundColor: "var(--bg)", color: "var(--text)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--accent)", paddingBottom: "40vh" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--code-selection)" },
  ".cm-gutters": { backgroundColor: "var(--bg)", color: "var(--faint)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { paddingLeft: "12px", minWidth: "34px" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--code-line) 70%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--text)" },
  ".cm-foldGutter .cm-gutterElement": { color: "var(--faint)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--sunken)", border: "none", color: "var(--muted)", padding: "0 6px" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", outline: "1px solid var(--accent)", borderRadius: "2px" },
  ".cm-selectionMatch": { backgroundColor: "var(--accent-soft)" },
  ".cm-searchMatch": { backgroundColor: "var(--warn-soft)", outline: "1px solid var(--warn)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--accent-soft)", outlineColor: "var(--accent)" },
  ".cm-panels": { backgroundColor: "var(--pane)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "8px 10px", fontFamily: "var(--sans)", fontSize: "12.5px" },
  ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", gap: "4px", marginRight: "10px", fontSize: "12.5px", color: "var(--muted)" },
  ".cm-panel.cm-search input, .cm-panel.cm-search button": { fontSize: "12.5px", margin: "2px 6px 2px 0" },
  ".cm-panel.cm-search [name=close]": { fontSize: "18px", right: "8px", top: "6px", color: "var(--muted)" },
  ".cm-textfield": { backgroundColor: "var(--bg)", border: "1px solid var(--line-strong)", borderRadius: "5px", padding: "3px 7px", fontFamily: "var(--mono)" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--raised)", border: "1px solid var(--line-strong)", borderRadius: "5px", padding: "2px 9px" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", border: "1px solid var(--line)", borderRadius: "8px", boxShadow: "var(--shadow)", overflow: "hidden" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "12.5px", maxHeight: "16em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "2px 10px 2px 6px", lineHeight: "1.5" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--text)" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--accent)", fontWeight: "600" },
  ".cm-completionDetail": { color: "var(--faint)", fontStyle: "normal", marginLeft: "10px" },
  ".cm-completionInfo": { padding: "0", width: "380px", maxWidth: "min(380px, 46vw)", overflow: "auto", maxHeight: "320px" },
  ".cm-tooltip-hover": { maxHeight: "320px", overflow: "auto" },
  ".cm-completionIcon": { width: "1.6em", paddingRight: "4px", opacity: "1", color: "var(--accent)" },
  ".cm-completionIcon-filter::after": { content: "'▸'" },
  ".cm-completionIcon-pipeline::after": { content: "'⇢'" },
  ".cm-diagnostic": { fontFamily: "var(--sans)", padding: "6px 10px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--err)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--err) 1px", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn) 1px", textUnderlineOffset: "3px" },
  ".cm-lintPoint::after": { borderBottomColor: "var(--err)" },
  ".cm-gutter-lint": { width: "14px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0 3px" },
  ".cm-lint-marker": { width: "8px", height: "8px", marginTop: "6px", borderRadius: "50%" },
  ".cm-lint-marker-error": { content: "''", backgroundColor: "var(--err)" },
  ".cm-lint-marker-warning": { content: "''", backgroundColor: "var(--warn)" },
  ".cm-mergeView": { fontSize: "12.5px" },
  ".cm-changedLine": { backgroundColor: "var(--ok-soft) !important" },
  "&.cm-merge-a .cm-changedLine": { backgroundColor: "var(--err-soft) !important" },
  "&.cm-merge-a .cm-changedText": { background: "color-mix(in srgb, var(--err) 30%, transparent) !important" },
  ".cm-deletedChunk": { backgroundColor: "var(--err-soft) !important" },
  ".cm-changedText": { background: "color-mix(in srgb, var(--ok) 30%, transparent) !important" },
  ".cm-deletedChunk .cm-deletedText": { background: "color-mix(in srgb, var(--err) 32%, transparent) !important" },
  ".cm-changeGutter": { width: "3px" },
  ".cm-changedLineGutter": { background: "var(--ok)" },
  "&.cm-merge-a .cm-changedLineGutter": { background: "var(--err)" },
  ".cm-deletedLineGutter": { background: "var(--err)" },
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: "'' !important" },
  ".cm-collapsedLines": { background: "var(--sunken)", color: "var(--muted)", padding: "3px 12px", fontFamily: "var(--sans)" },
});

const script = new LanguageSupport(javascriptLanguage, [
  javascriptLanguage.data.of({ autocomplete: completeScript }),
  javascriptLanguage.data.of({ autocomplete: localCompletionSource }),
  scriptHelp(),
]);

export type Kind = "script" | "json" | "yaml" | "markdown" | "text";

export function kindOf(path: string): Kind {
  const ext = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  if (ext === "js" || ext === "mjs" || ext === "ts") return "script";
  if (ext === "json") return "json";
  if (ext === "yaml" || ext === "yml") return "yaml";
  if (ext === "md") return "markdown";
  return "text";
}

export const kindNames: Record<Kind, string> = { script: "JavaScript", json: "JSON", yaml: "YAML", markdown: "Markdown", text: "Plain text" };

export function language(path: string): Extension {
  switch (kindOf(path)) {
    case "script": return script;
    case "json": return json();
    case "yaml": return yaml();
    case "markdown": return markdown();
    default: return [];
  }
}

// What a text looks like, in editors and in comparisons.
export function appearance(): Extension {
  return [looks, syntaxHighlighting(colors), highlightSpecialChars()];
}

export const writable = new Compartment();

export function writing(allowed: boolean): Extension {
  return [EditorState.readOnly.of(!allowed), EditorView.editable.of(true)];
}

// Typing over a selection of several lines: left to itself, the browser joins the
// lines and gives the rest an inline style, which the content security policy
// blocks, and says so in its console.
const typeOver = EditorView.domEventHandlers({
  beforeinput(e, view) {
    const { state } = view;
    const { from, to } = state.selection.main;
    if (e.inputType !== "insertText" || !e.data || view.composing || state.readOnly || state.doc.lineAt(from).to >= to) return false;
    e.preventDefault();
    view.dispatch(state.replaceSelection(e.data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

// newState makes the state of an editor for a file.
export function newState(path: string, text: string, readOnly: boolean, keys: Extension): EditorState {
  return EditorState.create({
    doc: text,
    extensions: [
      keys,
      text.includes("\r\n") ? EditorState.lineSeparator.of("\r\n") : [],
      lineNumbers(), foldGutter({ openText: "▾", closedText: "▸" }), codeFolding(), lintGutter(),
      history(), drawSelection(), dropCursor(), EditorState.allowMultipleSelections.of(true),
      indentOnInput(), indentUnit.of("  "), EditorState.tabSize.of(2),
      bracketMatching(), closeBrackets(), autocompletion({ icons: true, activateOnTyping: true }),
      rectangularSelection(), crosshairCursor(), highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(),
      search({ top: true }), typeOver,
      keymap.of([
        { key: "Mod-/", run: toggleComment },
        { key: "Tab", run: acceptCompletion },
        ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap,
        indentWithTab,
      ]),
      appearance(),
      writable.of(writing(!readOnly)),
      language(path),
      EditorView.contentAttributes.of({ "aria-label": `Text of ${path}` }),
    ],
  });
}
