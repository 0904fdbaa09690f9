import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "preact/hooks";
import { appearance, language } from "../editor/setup";

// Listing shows one text.
export function Listing({ path, text }: { path: string; text: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const extensions = [lineNumbers(), appearance(), language(path), EditorState.readOnly.of(true), EditorView.lineWrapping];
    const view = new EditorView({ doc: text, extensions, parent: box.current! });
    return () => view.destroy();
  }, [path, text]);
  return <div class="compare" ref={box} />;
}

// Compare shows two texts beside each other, with the differences marked.
export function Compare({ path, before, after }: { path: string; before: string; after: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const extensions = [lineNumbers(), appearance(), language(path), EditorState.readOnly.of(true), EditorView.lineWrapping];
    const view = new MergeView({
      a: { doc: before, extensions },
      b: { doc: after, extensions },
      parent: box.current!,
      gutter: true,
      collapseUnchanged: { margin: 3, minSize: 6 },
    });
    return () => view.destroy();
  }, [path, before, after]);
  return <div class="compare" ref={box} />;
}
