/** The trail of operators' acts, newest first: who did what, by which door, and what came of it. */
import type { ComponentChildren } from 'preact';
import type { ActsAnswer, ActView } from '../../protocol/act.ts';
import { useResource } from '../data/resource.ts';
import { Empty, FaultLine, Loading } from '../parts/faults.tsx';
import { Mark } from '../parts/mark.tsx';
import { Time } from '../parts/time.tsx';
import { goTo, place, withQuery } from '../shell/router.ts';
import { countText } from '../text/numbers.ts';
import { actText } from '../text/words.ts';

const OUTCOMES = {
  done: { tone: 'good', meaning: 'It was done.' },
  refused: { tone: 'warn', meaning: 'The daemon refused it; nothing was done.' },
  unfinished: { tone: 'bad', meaning: 'Its end is not known; it may have had its effect.' },
} as const;
const PAGE = 100;

export function Acts() {
  const outcome = place.value.query.get('outcome') ?? '';
  const isKnown = Object.hasOwn(OUTCOMES, outcome);
  const { value, fault } = useResource<ActsAnswer>(
    `/v1/acts?limit=${PAGE}${isKnown ? `&outcome=${outcome}` : ''}`,
  ).value;
  return (
    <>
      <form class="filter" aria-label="Filter of acts" onSubmit={(event) => event.preventDefault()}>
        <fieldset>
          <legend class="unseen">Outcome</legend>
          {Object.keys(OUTCOMES).map((each) => (
            <button
              key={each}
              type="button"
              class="chip"
              aria-pressed={outcome === each}
              onClick={() => goTo(withQuery({ outcome: outcome === each ? [] : [each] }), false)}
            >
              {each}
            </button>
          ))}
        </fieldset>
      </form>
      <FaultLine fault={fault} />
      {value === undefined ? <Loading /> : <Listed acts={value.acts} />}
    </>
  );
}

function Listed({ acts }: { readonly acts: readonly ActView[] }) {
  if (acts.length === 0) {
    return (
      <Empty title="No acts">
        Retries, cancels, pauses, breakers, repairs: what operators do from here or from the command
        line is listed here.
      </Empty>
    );
  }
  return (
    <div class="scroll">
      <table class="stacked trail">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Act</th>
            <th scope="col">On</th>
            <th scope="col">By</th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {acts.map((act) => (
            <Row key={act.number} act={act} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ act }: { readonly act: ActView }) {
  const { tone, meaning } = OUTCOMES[act.outcome];
  return (
    <tr>
      <td>
        <Time at={act.begunAt} />
      </td>
      <th scope="row">{actText(act.act)}</th>
      <td class="why">{objectOf(act)}</td>
      <td>
        {act.by ?? '–'} <span class="dim">over {act.door === 'http' ? 'HTTP' : 'ZeroMQ'}</span>
      </td>
      <td>
        <Mark tone={tone} title={meaning}>
          {act.outcome}
        </Mark>{' '}
        {resultText(act)}
      </td>
    </tr>
  );
}

const OF_COMMANDS = ['retry', 'cancel', 'abandon', 'restore_resume', 'restore_abandon'];

function objectOf({ act, on, filter, matched }: ActView): ComponentChildren {
  if (on !== undefined) {
    return OF_COMMANDS.includes(act) ? (
      <a href={`/command?id=${encodeURIComponent(on)}`}>{on}</a>
    ) : (
      on
    );
  }
  if (filter === undefined) return 'everything';
  const conditions = Object.entries(filter).map(
    ([name, value]) => `${name} ${[value].flat().join(' or ')}`,
  );
  const all = conditions.length === 0 ? 'all open commands' : conditions.join(', ');
  return matched === undefined ? all : `${countText(matched)} by filter: ${all}`;
}

function resultText({ results = {}, error }: ActView): string {
  if (error !== undefined) return error;
  return Object.entries(results)
    .map(([state, count]) => `${countText(count)} ${state.replace('_', ' ')}`)
    .join(', ');
}
