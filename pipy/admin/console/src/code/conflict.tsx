import { useEffect, useState } from "preact/hooks";
import { failureText } from "../net/http";
import { Dialog } from "../ui/dialog";
import { Loading } from "../ui/empty";
import { busy, toast } from "../ui/toast";
import { Compare } from "./compare";
import type { Document } from "./document";
import type { Workspace } from "./workspace";

// ConflictDialog shows both texts of a file that was changed by two, and lets one
// of them win.
export function ConflictDialog({ w, doc, onClose }: { w: Workspace; doc: Document; onClose: () => void }) {
  const [theirs, setTheirs] = useState<string | null>(null);
  const [failure, setFailure] = useState("");
  const mine = doc.text;
  const shown = theirs !== null || failure !== "";
  useEffect(() => {
    w.codebase.read(doc.path).then(c => setTheirs(c.binary ? "(a binary file)" : c.text), err => setFailure(failureText(err)));
  }, []);
  const reload = async () => {
    await busy("Loading…", w.load(doc));
    onClose();
  };
  return (
    <Dialog wide title={`${doc.path} was changed by somebody else`} confirm="Overwrite theirs" danger disabled={!shown} onClose={onClose}
      extra={<button type="button" class="button" disabled={!shown} onClick={() => void reload()}>Discard mine, load theirs</button>}
      onConfirm={async () => {
        await w.save(doc, { overwrite: true });
        toast(`Saved ${doc.path}`, "ok");
      }}>
      <p class="muted">Since you opened the file it was saved by somebody else. Left is what is saved now, right is what you have.</p>
      {failure && <p class="failure">{failure}</p>}
      {theirs === null ? !failure && <div class="compare"><Loading /></div> : <Compare path={doc.path} before={theirs} after={mine} />}
    </Dialog>
  );
}
