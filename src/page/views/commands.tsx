/** The commands, newest first: which are under way, which failed, and on which node. */
import { useEffect, useState } from 'preact/hooks';
import { durationText } from '../../base/time/duration-text.ts';
import type { CommandAnswer, ListAnswer } from '../../protocol/answer.ts';
import { type Fault, read } from '../data/api.ts';
import { status } from '../data/live.ts';
import { askForMany, type CommandAct, type Filter } from '../data/operate.ts';
import { useResource } from '../data/resource.ts';
import { mayOperate } from '../data/session.ts';
import { Empty, FaultLine, Loading } from '../parts/faults.tsx';
import { StateMark } from '../parts/mark.tsx';
import { Age } from '../parts/time.tsx';
import { place } from '../shell/router.ts';
import { countText } from '../text/numbers.ts';
import { OPEN_STATES, REASONS } from '../text/words.ts';
import { CommandFilter, filterOf, queryOf } from './command-filter.tsx';

const PAGE = 50;
/** So many stuck commands are asked for their nodes, once in so many rounds. */
const ASKED_MAX = 10;
const ASK_ROUNDS = 5;

export function Commands() {
  const filter = filterOf(place.value.query);
  const query = queryOf(filter);
  query.set('limit', String(PAGE));
  const path = `/v1/commands?${query}`;
  const resource = useResource<ListAnswer>(path);
  const { value, fault } = resource.value;
  return (
    <>
      <CommandFilter />
      {mayOperate.value && <Many filter={filter} />}
      <FaultLine fault={fault} />
      {value === undefined ? <Loading /> : <Listed key={path} path={path} first={value} />}
    </>
  );
}

/** The first page is live; older ones are as they were when they were asked for. */
function Listed({ path, first }: { readonly path: string; readonly first: ListAnswer }) {
  const [older, setOlder] = useState<readonly CommandAnswer[]>([]);
  const [next, setNext] = useState<string | undefined>(undefined);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const cursor = older.length === 0 ? first.next : next;
  const more = async (): Promise<void> => {
    const outcome = await read<ListAnswer>(`${path}&cursor=${cursor}`);
    setFault(outcome.ok ? undefined : outcome.fault);
    if (!outcome.ok) return;
    // The first page moves on: those that left it meanwhile stay listed.
    setOlder((listed) =>
      listed.length === 0
        ? [...first.commands, ...outcome.value.commands]
        : [...listed, ...outcome.value.commands],
    );
    setNext(outcome.value.next);
  };
  const ids = new Set(first.commands.map(({ id }) => id));
  const all = [...first.commands, ...older.filter(({ id }) => !ids.has(id))];
  if (all.length === 0) return <None />;
  return (
    <>
      <Table commands={all} />
      <FaultLine fault={fault} />
      {cursor !== undefined && (
        <button type="button" class="more" onClick={() => void more()}>
          Show {PAGE} older commands
        </button>
      )}
    </>
  );
}

function None() {
  const isFiltered = place.value.query.size > 0;
  return isFiltered ? (
    <Empty title="No command matches the filter" />
  ) : (
    <Empty title="No commands yet">
      Send one: <code>lockstep create-one 5</code>
    </Empty>
  );
}

function Table({ commands }: { readonly commands: readonly CommandAnswer[] }) {
  const asked = commands.filter(({ stuck }) => stuck === true).slice(0, ASKED_MAX);
  return (
    <div class="scroll">
      <table class="commands">
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">Command</th>
            <th scope="col">State</th>
            <th scope="col">Why</th>
            <th scope="col" class="number">
              Age
            </th>
            <th scope="col" class="number">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {commands.map((command) => (
            <Row key={command.id} command={command} asksNodes={asked.includes(command)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly command: CommandAnswer;
  /** Its nodes are asked for: the list has none of open commands. */
  readonly asksNodes: boolean;
}

/** The whole command, for the nodes that hold it up. */
function NodesWhy({ id }: { readonly id: string }) {
  const { value } = useResource<CommandAnswer>(
    `/v1/commands/${encodeURIComponent(id)}`,
    ASK_ROUNDS,
  ).value;
  return value === undefined ? null : whyText(value);
}

function Row({ command, asksNodes }: RowProps) {
  const { id, op, groupId, acceptedAt, elapsedMs, lane } = command;
  return (
    <tr>
      <th scope="row" class="key-of">
        <a href={`/command?id=${encodeURIComponent(id)}`}>{groupId}</a>
      </th>
      <td>
        {op}
        {lane === 'bulk' && <span class="dim"> bulk</span>}
      </td>
      <td>
        <StateMark command={command} />
      </td>
      <td class="why">{asksNodes ? <NodesWhy id={id} /> : whyText(command)}</td>
      <td class="number">{acceptedAt === undefined ? '–' : <Age at={acceptedAt} />}</td>
      <td class="number">{durationText(elapsedMs)}</td>
    </tr>
  );
}

/** The reason, and the nodes that are not as they should be. */
function whyText(command: CommandAnswer): string {
  const { reason, waitsFor, nodes = {}, state, op } = command;
  const parts = reason === undefined ? [] : [REASONS[reason] ?? reason];
  if (waitsFor !== undefined) parts.push(`waits for ${waitsFor}`);
  const want = op === 'create' ? 'present' : 'absent';
  for (const [name, node] of Object.entries(nodes)) {
    const isWrong = state === 'applying' ? node.state !== want : node.state === 'unknown';
    const isFailure = node.lastResponse !== undefined && state !== 'committed';
    if (!isWrong && !isFailure) continue;
    const shown = isFailure ? node.lastResponse : node.state;
    parts.push(
      `${name}: ${shown}${node.attempts > 1 ? ` (${countText(node.attempts)} attempts)` : ''}`,
    );
  }
  return parts.join(' · ');
}

/** Acts on all open commands that match the filter. */
function Many({ filter }: { readonly filter: Filter }) {
  const [text, setText] = useState('');
  const key = JSON.stringify(filter);
  // The answer is that of another filter.
  useEffect(() => setText(''), [key]);
  const { state, ...rest } = filter;
  const open = (state ?? OPEN_STATES).filter((each) => OPEN_STATES.some((one) => one === each));
  if (open.length === 0 || (status.value?.open ?? 0) === 0) return null;
  const chosen = state === undefined ? rest : { ...rest, state: open };
  const count = async (op: CommandAct): Promise<void> => {
    setText('Counting…');
    const outcome = await askForMany(op, chosen);
    if (!outcome.ok) setText(`${outcome.fault.message}. ${outcome.fault.hint ?? ''}`);
    else setText(outcome.value === 0 ? 'No open command matches that can be changed so.' : '');
  };
  return (
    <div class="line-of-acts">
      <span class="dim">All open commands that match:</span>
      <button type="button" onClick={() => void count('retry')}>
        Retry…
      </button>
      <button type="button" onClick={() => void count('cancel')}>
        Cancel…
      </button>
      <button type="button" onClick={() => void count('abandon')}>
        Abandon…
      </button>
      <span role="status">{text}</span>
    </div>
  );
}
