import { useState } from "preact/hooks";
import { failureText } from "../net/http";
import { login } from "../net/session";
import { Logo } from "../ui/icons";
import { ThemeButton } from "../ui/theme";

// Login asks for a token. It is shown instead of any page that takes a role.
export function Login() {
  const [token, setToken] = useState("");
  const [failure, setFailure] = useState("");
  const [working, setWorking] = useState(false);
  const submit = async (e: Event) => {
    e.preventDefault();
    setWorking(true);
    setFailure("");
    try {
      await login(token.trim());
    } catch (err) {
      setFailure(failureText(err));
      setWorking(false);
    }
  };
  return (
    <main class="login">
      <form onSubmit={submit}>
        <Logo size={44} />
        <h1>Log in to Pipy</h1>
        <div class="field">
          <label for="token">Token</label>
          <input id="token" class="input mono" type="password" autocomplete="current-password" autofocus value={token}
            aria-invalid={failure ? "true" : undefined} aria-describedby="token-note" onInput={e => setToken(e.currentTarget.value)} />
          <div id="token-note" class={failure ? "error" : "hint"} role={failure ? "alert" : undefined}>{failure || "The administrator of this process has it."}</div>
        </div>
        <button type="submit" class="button primary" disabled={!token.trim() || working}>{working && <span class="spinner" />}Log in</button>
      </form>
      <div class="login-theme"><ThemeButton /></div>
    </main>
  );
}
