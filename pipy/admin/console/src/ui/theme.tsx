import { signal } from "@preact/signals";
import { IconButton } from "./button";

type Theme = "auto" | "light" | "dark";

const stored = localStorage.getItem("pipy.theme");
const theme = signal<Theme>(stored === "light" || stored === "dark" ? stored : "auto");

function set(t: Theme) {
  theme.value = t;
  if (t === "auto") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem("pipy.theme");
    return;
  }
  document.documentElement.dataset.theme = t;
  localStorage.setItem("pipy.theme", t);
}

// ThemeButton goes round: as the system says, light, dark.
export function ThemeButton({ tipAt }: { tipAt?: "right" | "end" }) {
  const next: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };
  const icon = { auto: "auto", light: "sun", dark: "moon" } as const;
  const words = { auto: "as the system", light: "light", dark: "dark" };
  return <IconButton icon={icon[theme.value]} label={`Theme: ${words[theme.value]}`} tipAt={tipAt} onClick={() => set(next[theme.value])} />;
}
