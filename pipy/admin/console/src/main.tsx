import { effect, signal } from "@preact/signals";
import { render, type ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { normalize } from "./code/paths";
import { Home } from "./home/page";
import { Login } from "./home/login";
import { refused } from "./net/http";
import { followLog, unfollowLog } from "./net/log";
import { hasRepo, loadSession, needsLogin, offline, session } from "./net/session";
import { navigate, path, startRouter } from "./router";
import { Dialogs } from "./ui/dialog";
import { Loading } from "./ui/empty";
import { MenuLayer } from "./ui/menu";
import { Toasts } from "./ui/toast";
import "./style/base.css";
import "./style/controls.css";
import "./style/pages.css";
import "./style/code.css";
import "./style/flow.css";

// later makes a page whose code is loaded when it is shown first.
function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const loaded = signal<ComponentType<P> | null>(null);
  const failed = signal(false);
  let asked = false;
  return props => {
    if (!asked) {
      asked = true;
      load().then(c => { loaded.value = c; }, () => { failed.value = true; });
    }
    const C = loaded.value;
    return C ? <C {...props} /> : failed.value ? <Replaced /> : <Loading />;
  };
}

const CodebasePage = later<{ name: string }>(() => import("./code/page").then(m => m.CodebasePage));
const Docs = later<object>(() => import("./docs/page").then(m => m.Docs));

function App() {
  useEffect(() => {
    if (path.value === "/home") void navigate("/", { replace: true });
  }, [path.value]);
  return (
    <>
      <Page />
      <Dialogs />
      <MenuLayer />
      <Toasts />
    </>
  );
}

function Page() {
  if (!session.value) return offline.value ? <Offline /> : <Loading />;
  const p = path.value;
  if (needsLogin.value) return <Login />;
  if (p === "/docs" || p.startsWith("/docs/")) return <Docs />;
  if (!hasRepo.value) return <CodebasePage key="/" name="/" />;
  const name = p.startsWith("/repo/") ? normalize(decodeURIComponent(p.slice("/repo".length))) : "/";
  return name === "/" ? <Home /> : <CodebasePage key={name} name={name} />;
}

function Offline() {
  return (
    <div class="empty" role="alert">
      <p>Pipy does not answer. Is it still running?</p>
      <button type="button" class="button" onClick={() => void loadSession()}>Try again</button>
    </div>
  );
}

// What is to be loaded has gone: the program was replaced by another version.
function Replaced() {
  return (
    <div class="empty" role="alert">
      <p>This page belongs to another version of Pipy than the one that answers now.</p>
      <button type="button" class="button primary" onClick={() => location.reload()}>Load it anew</button>
    </div>
  );
}

startRouter();
void loadSession();

// A refusal may mean that the session has ended.
let seen = 0;
effect(() => {
  if (refused.value === seen) return;
  seen = refused.value;
  void loadSession();
});

effect(() => {
  if (!session.value) return;
  if (needsLogin.value) unfollowLog();
  else followLog();
});

render(<App />, document.getElementById("app")!);
