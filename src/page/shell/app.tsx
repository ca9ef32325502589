/** The page as a whole: the view of the address, and over it all that concerns every view. */
import { useEffect, useRef } from 'preact/hooks';
import { durationText } from '../../base/time/duration-text.ts';
import { fault, oldMs, seenAt, startLive, status, stopLive } from '../data/live.ts';
import { session, type User } from '../data/session.ts';
import { Dialog, Done } from '../parts/dialog.tsx';
import { FaultLine, Loading } from '../parts/faults.tsx';
import { clockText } from '../parts/time.tsx';
import { Acts } from '../views/acts.tsx';
import { Audit } from '../views/audit.tsx';
import { Command } from '../views/command.tsx';
import { Commands } from '../views/commands.tsx';
import { Nodes } from '../views/nodes.tsx';
import { Overview } from '../views/overview.tsx';
import { Header } from './header.tsx';
import { LogIn } from './log-in.tsx';
import { place } from './router.ts';

const VIEWS: Readonly<
  Record<string, { readonly title: string; readonly View: () => preact.JSX.Element | null }>
> = {
  '/': { title: 'Overview', View: Overview },
  '/nodes': { title: 'Nodes', View: Nodes },
  '/commands': { title: 'Commands', View: Commands },
  '/command': { title: 'Command', View: Command },
  '/acts': { title: 'Acts', View: Acts },
  '/audit': { title: 'Audit', View: Audit },
};

export function App() {
  const { value } = session;
  if (value.kind !== 'logged_in') return <LogIn session={value} />;
  return value.user.role === 'commands' ? <NoRole user={value.user} /> : <LoggedIn />;
}

function LoggedIn() {
  useEffect(() => {
    startLive();
    return stopLive;
  }, []);
  return (
    <>
      <Header />
      <OldData />
      <Shown />
      <Done />
      <Dialog />
    </>
  );
}

function Shown() {
  const { path } = place.value;
  const { title, View } = VIEWS[path] ?? { title: 'Overview', View: Overview };
  const heading = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} · lockstep`;
    // A reader of the screen hears the new view; at the first load the browser reads the page itself.
    if (!isFirst.current) heading.current?.focus();
    isFirst.current = false;
    scrollTo(0, 0);
  }, [title]);
  return (
    <main id="main" class={oldMs.value === undefined ? '' : 'old'}>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {status.value === undefined ? <Starting /> : <View />}
    </main>
  );
}

function Starting() {
  return fault.value === undefined ? <Loading /> : <FaultLine fault={fault.value} />;
}

/** Announced once, not with each second that it lasts. */
function OldData() {
  const age = oldMs.value;
  return (
    <div class={age === undefined ? '' : 'old-data'}>
      <div role="alert">
        {age !== undefined && (
          <p>
            <strong>Old data.</strong> {fault.value?.message}. You see the state of{' '}
            {clockText(seenAt.value ?? 0)}. The page tries again every second.
          </p>
        )}
      </div>
      {age !== undefined && <p class="number">{durationText(age)} old</p>}
    </div>
  );
}

function NoRole({ user }: { readonly user: User }) {
  return (
    <>
      <Header />
      <main id="main">
        <h1>Nothing to see for {user.name}</h1>
        <p>
          This client has the role <code>commands</code>: it may send commands. The page needs the
          role <code>read</code> or <code>operate</code>.
        </p>
      </main>
    </>
  );
}
