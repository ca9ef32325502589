/** The filter of the commands: it stands in the address, so that a link or a bookmark shows the same commands. */
import { status } from '../data/live.ts';
import type { Filter } from '../data/operate.ts';
import { goTo, place, withQuery } from '../shell/router.ts';
import { ALL_STATES, STATES } from '../text/words.ts';

const MINUTE = 60_000;
const AGES = [
  ['', 'any age'],
  [`young-${5 * MINUTE}`, 'younger than 5 min'],
  [`young-${60 * MINUTE}`, 'younger than 1 h'],
  [`young-${24 * 60 * MINUTE}`, 'younger than 1 d'],
  [`old-${MINUTE}`, 'older than 1 min'],
  [`old-${10 * MINUTE}`, 'older than 10 min'],
  [`old-${60 * MINUTE}`, 'older than 1 h'],
] as const;

const LANES = ['interactive', 'bulk'] as const;

/** As the address has it; without what cannot be. */
export function filterOf(query: URLSearchParams): Filter {
  const states = query.getAll('state').filter((state) => ALL_STATES.some((each) => each === state));
  const text = (name: string): string | undefined => query.get(name) || undefined;
  const groupId = text('key');
  const node = text('node');
  const lane = LANES.find((each) => each === query.get('lane'));
  const olderThanMs = numberOf(query.get('older'));
  const youngerThanMs = numberOf(query.get('younger'));
  return {
    ...(states.length === 0 ? {} : { state: states }),
    ...(query.get('stuck') === 'true' ? { stuck: true } : {}),
    ...(query.get('parked') === 'true' ? { parked: true } : {}),
    ...(groupId === undefined ? {} : { groupId }),
    ...(node === undefined ? {} : { node }),
    ...(lane === undefined ? {} : { lane }),
    ...(olderThanMs === undefined ? {} : { olderThanMs }),
    ...(youngerThanMs === undefined ? {} : { youngerThanMs }),
  };
}

/** As the parameters of `GET /v1/commands`. */
export function queryOf(filter: Filter): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) {
    for (const each of [value].flat()) query.append(name, String(each));
  }
  return query;
}

export function CommandFilter() {
  const { query } = place.value;
  const states = query.getAll('state');
  const set = (changes: Readonly<Record<string, readonly string[]>>) =>
    goTo(withQuery(changes), false);
  const toggle = (name: string, value: string) => {
    const given = query.getAll(name);
    const isGiven = given.includes(value);
    set({ [name]: isGiven ? given.filter((each) => each !== value) : [...given, value] });
  };
  const nodes = [...new Set([...Object.keys(status.value?.nodes ?? {}), ...query.getAll('node')])];
  return (
    <form
      class="filter"
      aria-label="Filter of commands"
      onSubmit={(event) => event.preventDefault()}
    >
      <fieldset>
        <legend class="unseen">State</legend>
        {ALL_STATES.map((state) => (
          <Chip key={state} isOn={states.includes(state)} onToggle={() => toggle('state', state)}>
            {STATES[state].label}
          </Chip>
        ))}
        <Chip isOn={query.get('stuck') === 'true'} onToggle={() => toggle('stuck', 'true')}>
          stuck
        </Chip>
        <Chip isOn={query.get('parked') === 'true'} onToggle={() => toggle('parked', 'true')}>
          parked
        </Chip>
      </fieldset>
      <div class="fields">
        <input
          type="search"
          aria-label="Key"
          placeholder="Key, as a whole"
          value={query.get('key') ?? ''}
          onChange={({ currentTarget }) =>
            set({ key: currentTarget.value === '' ? [] : [currentTarget.value] })
          }
        />
        <select
          aria-label="Node"
          value={query.get('node') ?? ''}
          onChange={({ currentTarget }) =>
            set({ node: currentTarget.value === '' ? [] : [currentTarget.value] })
          }
        >
          <option value="">any node</option>
          {nodes.map((name) => (
            <option key={name} value={name}>
              names {name}
            </option>
          ))}
        </select>
        <select
          aria-label="Lane"
          value={query.get('lane') ?? ''}
          onChange={({ currentTarget }) =>
            set({ lane: currentTarget.value === '' ? [] : [currentTarget.value] })
          }
        >
          <option value="">any lane</option>
          {LANES.map((name) => (
            <option key={name} value={name}>
              lane {name}
            </option>
          ))}
        </select>
        <select
          aria-label="Age"
          value={ageOf(query)}
          onChange={({ currentTarget }) => set(ageQuery(currentTarget.value))}
        >
          {AGES.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <a class="button quiet" href="/commands">
          Clear
        </a>
      </div>
    </form>
  );
}

interface ChipProps {
  readonly isOn: boolean;
  readonly onToggle: () => void;
  readonly children: string;
}

function Chip({ isOn, onToggle, children }: ChipProps) {
  return (
    <button type="button" class="chip" aria-pressed={isOn} onClick={onToggle}>
      {children}
    </button>
  );
}

function ageOf(query: URLSearchParams): string {
  const [young, old] = [query.get('younger'), query.get('older')];
  return young === null ? (old === null ? '' : `old-${old}`) : `young-${young}`;
}

function ageQuery(value: string): Readonly<Record<string, readonly string[]>> {
  const [kind, ms] = value.split('-');
  return {
    younger: kind === 'young' && ms !== undefined ? [ms] : [],
    older: kind === 'old' && ms !== undefined ? [ms] : [],
  };
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
