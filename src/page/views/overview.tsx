/** Is all well, and what happened in the last hour? */

import { durationText } from '../../base/time/duration-text.ts';
import type { LaneStatus, SummaryAnswer } from '../../protocol/answer.ts';
import { hour, latest } from '../data/hour.ts';
import { status } from '../data/live.ts';
import { askForLane } from '../data/operate.ts';
import { problemsOf } from '../data/problems.ts';
import { mayOperate } from '../data/session.ts';
import { Chart, type Line } from '../parts/chart.tsx';
import { Mark } from '../parts/mark.tsx';
import { Time } from '../parts/time.tsx';
import { bytesText, countText, shareText, shortText } from '../text/numbers.ts';
import { OPEN_STATES } from '../text/words.ts';

const OUTCOMES: readonly Line[] = [
  { name: 'settled.committed', label: 'committed', color: 'good' },
  { name: 'settled.refused', label: 'refused', color: 'calm' },
  { name: 'settled.rolled_back', label: 'rolled back', color: 'warn' },
  { name: 'settled.abandoned', label: 'abandoned', color: 'bad' },
];
const DURATIONS: readonly Line[] = [
  { name: 'p50Ms', label: 'p50', color: 'c1' },
  { name: 'p99Ms', label: 'p99', color: 'c2' },
];
const OPEN: readonly Line[] = [
  { name: 'open', label: 'open', color: 'c1' },
  { name: 'compensating', label: 'rolling back', color: 'warn' },
  { name: 'stuck', label: 'stuck', color: 'bad' },
];
/** A command that waits for a slot is `applying` too: it began with its acceptance. */
const OPEN_QUERY = OPEN_STATES.map((state) => `state=${state}`).join('&');
const THREAD_COLORS: readonly Line['color'][] = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'];

export function Overview() {
  const seen = status.value;
  if (seen === undefined) return null;
  return (
    <>
      <Headline status={seen} />
      <Problems status={seen} />
      <Lanes status={seen} />
      <h2>The last hour</h2>
      <div class="charts">
        <Chart title="Commands per second" lines={OUTCOMES} format={shortText} least={5} />
        <Chart title="Duration of commands" lines={DURATIONS} format={durationText} least={10} />
        <Chart title="Open commands" lines={OPEN} format={countText} least={10} />
        <Chart title="Waiting by lane" lines={lanesOf(seen)} format={countText} least={10} />
        <Chart title="Load of threads" lines={threadsOf()} format={shareText} least={1} />
        <Chart
          title="Journal commit"
          lines={[{ name: 'commitMs', label: 'mean', color: 'c1' }]}
          format={durationText}
          least={2}
        />
        <Chart
          title="Memory"
          lines={[
            { name: 'memoryBytes', label: 'resident', color: 'c3' },
            { name: 'memoryLimitBytes', label: 'limit', color: 'calm' },
          ]}
          format={bytesText}
          least={2 ** 28}
          isBytes
        />
        <Chart
          title="Journal"
          lines={[{ name: 'journalBytes', label: 'size', color: 'c4' }]}
          format={bytesText}
          least={2 ** 20}
          isBytes
        />
        <Chart
          title="Disk"
          lines={[{ name: 'diskFreeBytes', label: 'free', color: 'c5' }]}
          format={bytesText}
          least={2 ** 30}
          isBytes
        />
      </div>
    </>
  );
}

function Headline({ status: seen }: { readonly status: SummaryAnswer }) {
  const { accepting, refusal, state, open, openMax, nodes } = seen;
  const perSecond = OUTCOMES.map(({ name }) => latest(name) ?? 0).reduce(
    (sum, each) => sum + each,
    0,
  );
  const names = Object.values(nodes);
  const closed = names.filter(({ breaker }) => breaker.state === 'closed').length;
  const [tone, text] =
    state === 'draining'
      ? (['warn', 'stopping'] as const)
      : accepting
        ? (['good', 'accepts commands'] as const)
        : (['bad', 'rejects commands'] as const);
  return (
    <dl class="figures">
      <Figure label="Daemon">
        <Mark tone={tone} title={refusal?.message ?? ''}>
          {text}
        </Mark>
      </Figure>
      <Figure label="Commands per second">{shortText(perSecond)}</Figure>
      <Figure label="p99">
        {latest('p99Ms') === undefined ? '–' : durationText(latest('p99Ms') ?? 0)}
      </Figure>
      <Figure label="Open" title={`At most ${countText(openMax)}`}>
        {countText(open)}
      </Figure>
      <Figure label="Nodes called">
        {closed} of {names.length}
      </Figure>
      <Figure label="Running for">{durationText(seen.uptimeMs)}</Figure>
      <Figure label="Version">{seen.version}</Figure>
    </dl>
  );
}

interface FigureProps {
  readonly label: string;
  readonly title?: string;
  readonly children: preact.ComponentChildren;
}

function Figure({ label, title, children }: FigureProps) {
  return (
    <div title={title}>
      <dt>{label}</dt>
      <dd class="number">{children}</dd>
    </div>
  );
}

function Problems({ status: seen }: { readonly status: SummaryAnswer }) {
  const problems = problemsOf(seen);
  return (
    <section class="problems" aria-labelledby="attention" aria-live="polite">
      <h2 id="attention">Needs attention</h2>
      {problems.length === 0 ? (
        <p class="all-well">
          <Mark tone="good">Nothing</Mark>
          {seen.audit === undefined ? (
            <span class="dim">
              as far as the daemon sees. Whether the nodes hold the committed keys,{' '}
              <a href="/audit">an audit</a> shows.
            </span>
          ) : (
            <span class="dim">
              The last audit ended <Time at={seen.audit.finishedAt} /> without findings.
            </span>
          )}
        </p>
      ) : (
        <ul>
          {problems.map(({ tone, text, href, advice }) => (
            <li key={text} class={tone}>
              {href === undefined ? <strong>{text}</strong> : <a href={href}>{text}</a>}
              {advice !== undefined && <span class="dim"> {advice}</span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Lanes({ status: { lanes } }: { readonly status: SummaryAnswer }) {
  return (
    <section aria-labelledby="lanes">
      <h2 id="lanes">Lanes</h2>
      <div class="scroll">
        <table class="stacked lanes">
          <thead>
            <tr>
              <th scope="col">Lane</th>
              <th scope="col" class="number">
                Waiting
              </th>
              <th scope="col" class="number">
                Running
              </th>
              <th scope="col">State</th>
              {mayOperate.value && (
                <th scope="col">
                  <span class="unseen">Acts</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {Object.entries(lanes).map(([lane, state]) => (
              <Lane key={lane} name={lane} lane={state} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Lane({ name, lane }: { readonly name: string; readonly lane: LaneStatus }) {
  const { waiting, running, paused } = lane;
  const act = paused === undefined ? 'pause' : 'resume';
  return (
    <tr>
      <th scope="row">
        <a href={`/commands?lane=${name}&${OPEN_QUERY}`}>
          {name}
          <span class="unseen"> lane: its open commands</span>
        </a>
      </th>
      <td class="number" data-label="waiting">
        {countText(waiting)}
      </td>
      <td class="number" data-label="running">
        {countText(running)}
      </td>
      <td class="grows">
        {paused === undefined ? (
          <Mark tone="good">running</Mark>
        ) : (
          <>
            <Mark tone="warn">paused</Mark>{' '}
            <span class="dim">
              since <Time at={paused.since} />
              {paused.by !== undefined && ` by ${paused.by}`}
            </span>
          </>
        )}
      </td>
      {mayOperate.value && (
        <td class="acts">
          <button type="button" onClick={() => askForLane(act, name)}>
            {act === 'pause' ? 'Pause' : 'Resume'}
            <span class="unseen"> the lane {name}</span>
          </button>
        </td>
      )}
    </tr>
  );
}

function lanesOf({ lanes }: SummaryAnswer): readonly Line[] {
  return Object.keys(lanes).map((lane, index) => ({
    name: `waiting.${lane}`,
    label: lane,
    color: index === 0 ? 'c1' : 'c3',
  }));
}

function threadsOf(): readonly Line[] {
  return Object.keys(hour.value.series)
    .filter((name) => name.startsWith('load.') && name !== 'load.watchdog')
    .map((name, index) => ({
      name,
      label: name.slice('load.'.length),
      color: THREAD_COLORS[index % THREAD_COLORS.length] ?? 'calm',
    }));
}
