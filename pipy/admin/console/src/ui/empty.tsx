import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons";

// Empty says why there is nothing to see.
export function Empty({ icon, children }: { icon?: IconName; children: ComponentChildren }) {
  return (
    <div class="empty">
      {icon && <Icon name={icon} size={28} />}
      <p>{children}</p>
    </div>
  );
}

export function Loading() {
  return <div class="empty" role="status" aria-label="Loading"><span class="spinner" /></div>;
}
