import { navigate } from "../router";
import { IconButton } from "../ui/button";
import { openMenu } from "../ui/menu";
import { busy, toast } from "../ui/toast";
import { addFile, commitChanges, deleteFile, deriveCodebase, resetFile, runProgram, saveDocument } from "./actions";
import { consolePane } from "./bottom";
import type { Workspace } from "./workspace";

// Toolbar has the actions on the codebase. What the tutorials count on: exactly
// three buttons stand to the right of "Run".
export function Toolbar({ w }: { w: Workspace }) {
  const info = w.info.value;
  const file = w.selected.value.endsWith("/") ? "" : w.selected.value;
  const mark = w.files.value.get(file);
  const doc = w.document(w.active.value);
  const repo = w.repo;
  const writable = !w.readOnly.value;
  const running = w.isRunning.value;
  const other = !!w.running.value && !running;
  const ours = w.isOurs.value;
  const changes = info ? new Set([...info.editFiles, ...info.erasedFiles]).size : 0;
  const derivatives = (e: MouseEvent) =>
    openMenu(e.currentTarget as HTMLElement, "Derivatives", [
      { label: "Derive new codebase…", icon: "derive", disabled: !writable, run: () => deriveCodebase(w) },
      ...(info?.derived.length ? ["line" as const] : []),
      ...(info?.derived ?? []).map(d => ({ label: d, icon: "code" as const, run: () => void navigate(`/repo${d}/`) })),
    ]);
  return (
    <div class="toolbar" role="toolbar" aria-label="Codebase">
      <IconButton icon="add" label="Add file" tipAt="start" disabled={!writable} onClick={() => addFile(w)} />
      <IconButton icon="flag" label="Make it the main script" disabled={!writable || !mark || mark.main || mark.erased}
        onClick={() => busy("Setting the main script…", w.setMain(file))} />
      <IconButton icon="trash" label="Delete file" disabled={!writable || !mark || mark.erased} onClick={() => void deleteFile(w, file)} />
      <span class="gap" />
      <IconButton icon="save" label="Save (Ctrl+S)" disabled={!writable || !doc?.dirty.value} onClick={() => void saveDocument(w, w.active.value)} />
      {repo && <>
        <IconButton icon="reset" label="Reset file" tip="Reset file to what was committed" disabled={!writable || !mark || !(mark.edited || mark.erased)}
          onClick={() => void resetFile(w, file)} />
        <IconButton icon="commit" label="Commit" tip={changes ? `Review and commit ${changes} changed file${changes > 1 ? "s" : ""}` : "Commit"}
          disabled={!writable || changes === 0} badge={changes || undefined} onClick={() => void commitChanges(w)} />
        <span class="gap" />
        <IconButton text="Base" label="Open the base codebase" disabled={!info?.base} onClick={() => void navigate(`/repo${info!.base}/`)} />
        <IconButton text="Derivatives ▾" label="Derivatives" menu onClick={derivatives} />
      </>}
      <span class="grow" />
      {other && <span class="tag" title="This runs now; to run something else replaces it">running: {w.running.value}</span>}
      {running && <span class="tag ok"><span class="pulse" aria-hidden="true" />running</span>}
      <IconButton icon="play" label="Run" tone="go" disabled={running || !info || !w.program.value || w.running.value === null || !w.mayRun.value} onClick={() => void runProgram(w)} />
      <IconButton icon="stop" label="Stop" tone="halt" disabled={!ours || !w.mayRun.value}
        onClick={() => void busy("Stopping program…", w.stop().then(() => toast("Stopped", "ok")))} />
      <IconButton icon="restart" label="Restart" disabled={!running || !w.mayRun.value} onClick={() => void runProgram(w)} />
      <IconButton icon="console" label="Console pane (Ctrl+`)" tipAt="end" pressed={consolePane.value} onClick={() => { consolePane.value = !consolePane.value; }} />
    </div>
  );
}
