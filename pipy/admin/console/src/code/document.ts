import { signal } from "@preact/signals";
import type { EditorState, Text } from "@codemirror/state";
import type { Content } from "../net/codebase";

// Document is a file that is open: its buffer, and what the server had when it was
// read or written last.
export class Document {
  readonly dirty = signal(false);
  readonly loaded = signal(false);
  readonly failure = signal("");
  readonly changedOutside = signal(false);
  state: EditorState | null = null; // null while it is not loaded, and for binary files
  scroll = 0;
  bytes: Uint8Array | null = null; // of a binary file
  etag = "";
  private saved: Text | null = null;

  constructor(readonly path: string) {}

  get text(): string {
    return this.state ? this.state.sliceDoc() : "";
  }

  // fill takes what the server has.
  fill(c: Content, make: (text: string) => EditorState): void {
    this.etag = c.etag;
    this.failure.value = "";
    this.changedOutside.value = false;
    if (c.binary) {
      this.bytes = c.bytes;
      this.state = null;
    } else {
      this.bytes = null;
      this.state = make(c.text);
      this.saved = this.state.doc;
    }
    this.dirty.value = false;
    this.loaded.value = true;
  }

  // follow takes a new state of the editor.
  follow(state: EditorState): void {
    this.state = state;
    this.dirty.value = this.saved === null || !state.doc.eq(this.saved);
  }

  // markSaved notes that a text is now what the server has. The buffer may have
  // changed since the text was taken.
  markSaved(text: Text, etag: string): void {
    this.saved = text;
    this.etag = etag;
    this.changedOutside.value = false;
    if (this.state) this.dirty.value = !this.state.doc.eq(text);
  }
}
