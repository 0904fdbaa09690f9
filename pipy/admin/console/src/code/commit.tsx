import { useEffect, useState } from "preact/hooks";
import { nextVersion } from "../net/codebase";
import { failureText } from "../net/http";
import type { Change, Commit } from "../net/types";
import { Dialog } from "../ui/dialog";
import { Empty, Loading } from "../ui/empty";
import { busy, toast } from "../ui/toast";
import { Compare, Listing } from "./compare";
import type { Workspace } from "./workspace";

const tones = { added: "ok", changed: "accent", erased: "err" } as const;

// CommitDialog shows what a commit would publish, and asks for a message.
export function CommitDialog({ w, onClose }: { w: Workspace; onClose: () => void }) {
  const seen = w.info.value?.version ?? 0;
  const [changes, setChanges] = useState<Change[] | null>(null);
  const [failure, setFailure] = useState("");
  const [message, setMessage] = useState("");
  const [shown, setShown] = useState("");
  useEffect(() => {
    w.repo!.diff().then(list => {
      setChanges(list);
      setShown(list[0]?.path ?? "");
    }, err => setFailure(failureText(err)));
  }, []);
  const change = changes?.find(c => c.path === shown);
  return (
    <Dialog wide title={`Commit ${w.codebase.name}`} confirm={`Commit as version ${nextVersion(seen)}`} onClose={onClose}
      onConfirm={async () => {
        await w.commit(seen, message.trim());
        toast(`Committed version ${w.info.value?.version ?? ""}`, "ok");
      }}>
      <div class="field">
        <label for="commit-message">Message</label>
        <input id="commit-message" class="input" data-autofocus value={message} placeholder="What changed, and why" autocomplete="off"
          onInput={e => setMessage(e.currentTarget.value)} />
        <div class="hint">Workers that run this codebase load the new version at once.</div>
      </div>
      {failure && <p class="muted">The changes cannot be shown: {failure}</p>}
      {!changes && !failure && <Loading />}
      {changes && (
        <div class="changes">
          <ul aria-label="Changed files">
            {changes.map(c => (
              <li key={c.path}>
                <button type="button" aria-pressed={c.path === shown} onClick={() => setShown(c.path)}>
                  <span class={`tag ${tones[c.change]}`}>{c.change}</span><span class="nowrap">{c.path}</span>
                </button>
              </li>
            ))}
          </ul>
          {change && (change.binary
            ? <Empty icon="file">A binary file: {change.beforeSize ?? 0} bytes before, {change.afterSize ?? 0} now.</Empty>
            : change.change === "changed" ? <Compare path={change.path} before={change.before ?? ""} after={change.after ?? ""} />
            : <Listing path={change.path} text={change.after ?? change.before ?? ""} />)}
          {changes.length === 0 && <Empty>The texts are the same as those that are committed.</Empty>}
        </div>
      )}
    </Dialog>
  );
}

// HistoryDialog lists the commits, and brings an older version back as an edit.
export function HistoryDialog({ w, onClose }: { w: Workspace; onClose: () => void }) {
  const [list, setList] = useState<Commit[] | null>(null);
  const [failure, setFailure] = useState("");
  useEffect(() => {
    w.repo!.history().then(setList, err => setFailure(failureText(err)));
  }, []);
  const restore = async (c: Commit) => {
    const done = await busy("Restoring…", w.repo!.rollback(c.version).then(() => true));
    if (!done) return;
    await w.refresh();
    await w.refreshOpen();
    toast(`The files of version ${c.version} are back as edits; commit them to publish them.`, "ok");
    onClose();
  };
  const sorted = list && [...list].sort((a, b) => new Date(b.time).getTime() - new Date(a.time).getTime());
  return (
    <Dialog wide title={`History of ${w.codebase.name}`} onClose={onClose}>
      {failure && <p class="failure">{failure}</p>}
      {!list && !failure && <Loading />}
      {sorted?.length === 0 && <Empty icon="history">Nothing was committed yet.</Empty>}
      {!!sorted?.length && (
        <table class="history">
          <thead><tr><th>Version</th><th>When</th><th>Who</th><th>Message</th><th>Files</th><th /></tr></thead>
          <tbody>
            {sorted.map((c, i) => (
              <tr key={c.version}>
                <td class="mono">{c.version}{String(c.version) === String(w.info.value?.version) && <> <span class="tag ok">current</span></>}</td>
                <td>{new Date(c.time).toLocaleString()}</td>
                <td>{c.author || "–"}</td>
                <td>{c.message || <span class="muted">no message</span>}</td>
                <td title={Array.isArray(c.files) ? c.files.join("\n") : undefined}>{Array.isArray(c.files) ? c.files.length : (c.files ?? "")}</td>
                <td>{i > 0 && <button type="button" class="button small" disabled={w.readOnly.value} onClick={() => void restore(c)}>Restore</button>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Dialog>
  );
}
