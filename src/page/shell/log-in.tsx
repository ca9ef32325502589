/** For a reader without a session: paste a token. */
import { useState } from 'preact/hooks';
import { logIn, type Session } from '../data/session.ts';

export function LogIn({ session }: { readonly session: Session }) {
  const [token, setToken] = useState('');
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    await logIn(token);
    setBusy(false);
  };
  if (session.kind !== 'logged_out') return <main class="log-in" />;
  return (
    <main class="log-in" id="main">
      <form onSubmit={(event) => void submit(event)}>
        <h1>
          <span class="logo" aria-hidden="true" />
          lockstep
        </h1>
        {session.why !== undefined && (
          <p class="fault" role="alert">
            {session.why}
          </p>
        )}
        <label>
          Token
          <input
            type="password"
            name="token"
            autocomplete="current-password"
            required
            spellcheck={false}
            value={token}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        </label>
        <button type="submit" class="main" disabled={isBusy}>
          Log in
        </button>
        <p class="hint">
          <code>lockstep page</code>, run on the machine of the daemon, prints a link that logs you
          in. Where there is a list of clients, use the token of a client with the role{' '}
          <code>read</code> or <code>operate</code>.
        </p>
      </form>
    </main>
  );
}
