import { computed, signal } from "@preact/signals";
import { getJSON, isStatus, request } from "./http";
import type { Session } from "./types";

// session is null until the first answer.
export const session = signal<Session | null>(null);

// offline is true while the process does not answer.
export const offline = signal(false);

export const needsLogin = computed(() => {
  const s = session.value;
  return s !== null && s.authRequired && s.role === "none";
});

// mayWrite tells whether the session may change anything.
export const mayWrite = computed(() => {
  const s = session.value;
  return s !== null && s.role !== "reader" && s.role !== "none" && !s.readOnly;
});

// hasRepo tells whether this process serves many codebases.
export const hasRepo = computed(() => {
  const mode = session.value?.mode;
  return mode === "repo" || mode === "proxy";
});

const unprotected: Session = {
  mode: "repo", role: "admin", authRequired: false, version: "", uuid: "", name: "", readOnly: false,
};

export async function loadSession(): Promise<void> {
  try {
    session.value = await getJSON<Session>("/api/v1/session");
    offline.value = false;
  } catch (err) {
    if (isStatus(err, 404)) {
      // A repo of another kind behind a proxy: whether it has codebases tells its mode.
      const repo = await request("/api/v1/repo").then(() => true, () => false);
      session.value = { ...unprotected, mode: repo ? "repo" : "file" };
      return;
    }
    offline.value = true;
  }
}

export async function login(token: string): Promise<void> {
  await request("/api/v1/session", { method: "POST", body: { token } });
  await loadSession();
}

export async function logout(): Promise<void> {
  await request("/api/v1/session", { method: "DELETE" });
  await loadSession();
}
