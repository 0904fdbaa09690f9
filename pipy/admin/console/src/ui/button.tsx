import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons";

interface Props {
  icon?: IconName;
  label: string; // the accessible name, and the tip when there is no other
  tip?: string;
  tipAt?: "right" | "end" | "start";
  text?: ComponentChildren; // shown beside the icon
  disabled?: boolean;
  pressed?: boolean;
  small?: boolean;
  tone?: "go" | "halt";
  badge?: number | string;
  badgeTone?: "err";
  menu?: boolean;
  id?: string;
  onClick: (e: MouseEvent) => void;
}

// IconButton is a button of a toolbar. A disabled one keeps its place in the order
// of the tab key, so that its tip can be read.
export function IconButton(p: Props) {
  const classes = ["icon-button", p.small && "small", p.tone, p.text !== undefined && "text"].filter(Boolean).join(" ");
  return (
    <button
      type="button"
      id={p.id}
      class={classes}
      aria-label={p.label}
      aria-disabled={p.disabled ? "true" : undefined}
      aria-pressed={p.pressed === undefined ? undefined : p.pressed}
      aria-haspopup={p.menu ? "menu" : undefined}
      data-tip={p.tip ?? p.label}
      data-tip-at={p.tipAt}
      onClick={e => !p.disabled && p.onClick(e)}
    >
      {p.icon && <Icon name={p.icon} />}
      {p.text !== undefined && <span>{p.text}</span>}
      {p.badge ? <span class={`badge ${p.badgeTone ?? ""}`} aria-hidden="true">{p.badge}</span> : null}
    </button>
  );
}
