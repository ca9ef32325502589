/** The top of the page: the views, whether the data are live, and the choices of the reader. */
import { useComputed } from '@preact/signals';
import { fault, oldMs, status } from '../data/live.ts';
import { logOut, session } from '../data/session.ts';
import { THEMES, theme, ZONES, zone } from './choices.ts';
import { place } from './router.ts';

const VIEWS = [
  ['/', 'Overview'],
  ['/nodes', 'Nodes'],
  ['/commands', 'Commands'],
  ['/acts', 'Acts'],
  ['/audit', 'Audit'],
] as const;
const NAMES = { system: 'Auto', light: 'Light', dark: 'Dark', local: 'Local', utc: 'UTC' };

export function Header() {
  const { path } = place.value;
  const user = session.value.kind === 'logged_in' ? session.value.user : undefined;
  return (
    <header class="top">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <div class="bar">
        <a class="brand" href="/">
          <span class="logo" aria-hidden="true" />
          <span class="name">lockstep</span>
        </a>
        <LiveMark />
        <div class="choices">
          <Choice
            label="Times"
            choices={ZONES}
            chosen={zone.value}
            onChoose={(value) => (zone.value = value)}
          />
          <Choice
            label="Colours"
            choices={THEMES}
            chosen={theme.value}
            onChoose={(value) => (theme.value = value)}
          />
          {user !== undefined && (
            <button
              type="button"
              class="quiet"
              title={`Logged in as ${user.name}, role ${user.role}`}
              onClick={() => void logOut()}
            >
              Log out <span class="who">{user.name}</span>
            </button>
          )}
        </div>
      </div>
      <nav aria-label="Views">
        {VIEWS.map(([href, name]) => (
          <a key={href} href={href} aria-current={isShown(href, path) ? 'page' : undefined}>
            {name}
            <Badge view={href} />
          </a>
        ))}
      </nav>
    </header>
  );
}

/** What needs attention in a view, by number. */
function Badge({ view }: { readonly view: string }) {
  const count = useComputed(() => {
    const seen = status.value;
    if (seen === undefined) return 0;
    if (view === '/commands') return seen.stuck + (seen.parked ?? 0);
    if (view === '/audit') return seen.audit?.divergent ?? 0;
    const nodes = Object.values(seen.nodes);
    return view === '/nodes' ? nodes.filter(({ breaker }) => breaker.state !== 'closed').length : 0;
  });
  if (count.value === 0) return null;
  return (
    <span class="badge">
      {count.value}
      <span class="unseen"> need attention</span>
    </span>
  );
}

function LiveMark() {
  const isOld = oldMs.value !== undefined;
  const isLive = status.value !== undefined && fault.value === undefined;
  const text = isOld ? 'old data' : isLive ? 'live' : 'connecting';
  return (
    <span
      class={`live ${isOld ? 'bad' : isLive ? 'good' : 'calm'}`}
      title="Whether this page shows the present"
    >
      {text}
    </span>
  );
}

interface ChoiceProps<Value extends keyof typeof NAMES> {
  readonly label: string;
  readonly choices: readonly Value[];
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
}

function Choice<Value extends keyof typeof NAMES>({
  label,
  choices,
  chosen,
  onChoose,
}: ChoiceProps<Value>) {
  return (
    <select
      aria-label={label}
      value={chosen}
      onChange={({ currentTarget }) => {
        const value = choices.find((each) => each === currentTarget.value);
        if (value !== undefined) onChoose(value);
      }}
    >
      {choices.map((value) => (
        <option key={value} value={value}>
          {NAMES[value]}
        </option>
      ))}
    </select>
  );
}

function isShown(href: string, path: string): boolean {
  return href === path || (href === '/commands' && path === '/command');
}
