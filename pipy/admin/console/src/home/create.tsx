import { useState } from "preact/hooks";
import { nestingError, normalize } from "../code/paths";
import { Dialog, Field } from "../ui/dialog";

interface Props {
  existing: string[];
  base?: string; // derive from it
  onCreate: (name: string) => Promise<void>;
  onClose: () => void;
}

// CreateDialog asks for the name of a new codebase.
export function CreateDialog({ existing, base, onCreate, onClose }: Props) {
  const [name, setName] = useState("/");
  const error = nestingError(name, existing);
  return (
    <Dialog title={base ? "Derive Codebase" : "New Codebase"} confirm="Create" disabled={normalize(name) === "/" || !!error}
      onConfirm={() => onCreate(normalize(name))} onClose={onClose}>
      {base && <p>It begins with the files of <code>{base}</code>, and follows the changes to those that it does not change itself.</p>}
      <Field label="Codebase name" value={name} error={error} hint="A path, such as /proxy or /team/service"
        onInput={v => setName(v.startsWith("/") ? v : "/" + v)} />
    </Dialog>
  );
}
