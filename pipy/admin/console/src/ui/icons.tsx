// The icons, drawn on a grid of 16 with lines of 1.5.

const shapes = {
  add: "M8 3v10M3 8h10",
  flag: "M4 14V2.5h7.5L9.7 5.2l1.8 2.8H4",
  trash: "M2.8 4.2h10.4M6.3 4V2.6h3.4V4M4.3 4.4l.6 9h6.2l.6-9M6.8 6.8v4.2M9.2 6.8v4.2",
  save: "M2.8 3.8a1 1 0 0 1 1-1h7l2.4 2.4v7a1 1 0 0 1-1 1H3.8a1 1 0 0 1-1-1zM5.3 2.8v3h4.6v-3M5 13.2V9.3h6v3.9",
  reset: "M3.3 8a4.7 4.7 0 1 0 1.5-3.4L3 6.2M3 2.8v3.4h3.4",
  commit: "M5 11.8H4.4a2.9 2.9 0 0 1-.3-5.8 4.1 4.1 0 0 1 7.9.7 2.6 2.6 0 0 1-.3 5.1H11M8 13.6V8.2M5.9 10.2 8 8.1l2.1 2.1",
  restart: "M12.7 8a4.7 4.7 0 1 1-1.5-3.4L13 6.2M13 2.8v3.4H9.6",
  console: "M2.6 3h10.8v10H2.6zM2.6 9.5h10.8",
  editor: "M2.5 4.3V12a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1V5.8a1 1 0 0 0-1-1H8L6.5 3h-3a1 1 0 0 0-1 1.3z",
  status: "M6.2 2.5h3.6v3H6.2zM2 10.5h3.6v3H2zM10.4 10.5H14v3h-3.6zM8 5.5V8M3.8 10.5V8h8.4v2.5",
  metrics: "M2.5 2.5v11h11M4.8 10.2l2.6-3.4 2.3 2 3.3-4.6",
  terminal: "M2.2 3h11.6v10H2.2zM4.6 6l2 2-2 2M8 10.2h3",
  docs: "M8 4.2C6.6 3.1 4.8 2.9 2.5 3v9.6c2.3-.1 4.1.1 5.5 1.2 1.4-1.1 3.2-1.3 5.5-1.2V3c-2.3-.1-4.1.1-5.5 1.2zM8 4.2v9.6",
  file: "M4 2.2h5l3 3v8.6H4zM9 2.2v3h3",
  code: "M5.5 5 2.5 8l3 3M10.5 5l3 3-3 3",
  folder: "M2.3 4.4V12a.8.8 0 0 0 .8.8h9.8a.8.8 0 0 0 .8-.8V5.7a.8.8 0 0 0-.8-.8H7.7L6.3 3.3H3.1a.8.8 0 0 0-.8.8z",
  right: "m6.2 4 4 4-4 4",
  down: "m4 6.2 4 4 4-4",
  menu: "M2.5 4h11M2.5 8h11M2.5 12h11",
  close: "m4 4 8 8M12 4l-8 8",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3l3.2 3.2",
  upload: "M8 10.5V3M5 5.8 8 2.9l3 2.9M2.8 10.5v2.7h10.4v-2.7",
  download: "M8 2.8v7.5M5 7.5l3 2.9 3-2.9M2.8 10.5v2.7h10.4v-2.7",
  rename: "m9.5 3.8 2.7 2.7M3 13l.6-3.2 7.5-7.4a1 1 0 0 1 1.4 0l1.2 1.2a1 1 0 0 1 0 1.4L6.2 12.4z",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  history: "M3 8a5 5 0 1 0 1.7-3.8L3 5.8M3 2.8v3h3M8 5.2V8l2 1.4",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  moon: "M13 9.8A5.6 5.6 0 0 1 6.2 3a5.6 5.6 0 1 0 6.8 6.8z",
  out: "M6.5 3H3v10h10V9.5M9 2.5h4.5V7M13.5 2.5 7.5 8.5",
  leave: "M9.5 3H3.5v10h6M7 8h6.5M11 5.5 13.5 8 11 10.5",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  warning: "M8 2.5 14 13H2zM8 6.5v3M8 11.3v.01",
  error: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 5v3.5M8 10.8v.01",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.3V11M8 5.2v.01",
  check: "m3.5 8.5 3 3 6-7",
  clear: "M3 4h10M3 8h6M3 12h4M10.5 10l3.5 3.5M14 10l-3.5 3.5",
  follow: "M8 2.8v8M4.8 7.8 8 11l3.2-3.2M3 13.5h10",
  flow: "M3 2.5h4v3H3zM9 10.5h4v3H9zM5 5.5v4a2.5 2.5 0 0 0 2.5 2.5H9",
  tap: "M1.8 8h3l1.7-4.5 3 9L11.2 8h3",
  derive: "M4.5 5.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM4.5 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11.5 7a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM4.5 5.5v5M11.5 7c0 2.5-4 2-7 3",
  key: "M10.2 9.3a3.5 3.5 0 1 0-3.3-2.2L2.5 11.5v2h2.2v-1.6h1.6v-1.6z",
  copy: "M5.5 5.5V2.8h7.7v7.7h-2.7M2.8 5.5h7.7v7.7H2.8z",
  host: "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01",
} as const;

const solid = {
  play: "M4.5 2.8v10.4L13 8z",
  stop: "M3.8 3.8h8.4v8.4H3.8z",
};

export type IconName = keyof typeof shapes | keyof typeof solid | "auto";

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  if (name === "play" || name === "stop") {
    return (
      <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
        <path d={solid[name]} fill="currentColor" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round" />
      </svg>
    );
  }
  if (name === "auto") {
    return (
      <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.4" />
        <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
      </svg>
    );
  }
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor"
      stroke-width={name === "more" ? 2.2 : 1.4} stroke-linecap="round" stroke-linejoin="round">
      <path d={shapes[name]} />
    </svg>
  );
}

// Logo is the mark of the product: a pipe in the shape of a p, and what flows in it.
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg class="icon logo" width={size} height={size} viewBox="0 0 32 32" fill="none" stroke-linecap="round" aria-hidden="true">
      <rect width="32" height="32" rx="8" class="logo-ground" />
      <path d="M9 26V13.5a7 7 0 1 1 7 7H9" class="logo-pipe" stroke-width="3.4" stroke-linejoin="round" />
      <circle cx="16" cy="13.5" r="2.3" class="logo-drop" />
    </svg>
  );
}
