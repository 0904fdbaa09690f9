// Writes THIRD-PARTY-NOTICES: the licences of the packages that are in the built
// files, all that package.json depends on and what these depend on.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const json = path => JSON.parse(readFileSync(path, "utf8"));

const found = new Map();
const visit = name => {
  if (found.has(name)) return;
  const folder = join(root, "node_modules", name);
  const about = json(join(folder, "package.json"));
  const file = readdirSync(folder).find(entry => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file`);
  found.set(name, { ...about, text: readFileSync(join(folder, file), "utf8").trim() });
  Object.keys(about.dependencies ?? {}).forEach(visit);
};
Object.keys(json(join(root, "package.json")).dependencies).forEach(visit);

const rule = "-".repeat(76);
const parts = [...found.keys()].sort().map(name => {
  const { version, license, text } = found.get(name);
  return `${rule}\n${name} ${version}, ${license}\n${rule}\n\n${text}\n`;
});
writeFileSync(
  join(root, "THIRD-PARTY-NOTICES"),
  `The console contains parts of these packages.\n\n${parts.join("\n")}`,
);
