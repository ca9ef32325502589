/** One command: its state, each node, and its story step by step. */

import { durationText } from '../../base/time/duration-text.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { StoryStep } from '../../protocol/story/step.ts';
import { askForCommand, type CommandAct } from '../data/operate.ts';
import { useResource } from '../data/resource.ts';
import { mayOperate } from '../data/session.ts';
import { Empty, FaultLine, Loading } from '../parts/faults.tsx';
import { Mark, StateMark } from '../parts/mark.tsx';
import { Time } from '../parts/time.tsx';
import { place } from '../shell/router.ts';
import { countText } from '../text/numbers.ts';
import { ANSWERS, OPEN_STATES, REASONS, STATES } from '../text/words.ts';
import { Story } from './story.tsx';

export function Command() {
  const id = place.value.query.get('id');
  if (id === null || id === '') return <Empty title="The address names no command" />;
  return <Shown key={id} id={id} />;
}

function Shown({ id }: { readonly id: string }) {
  const { value, fault } = useResource<CommandAnswer>(
    `/v1/commands/${encodeURIComponent(id)}?story=true`,
  ).value;
  if (value === undefined) return fault === undefined ? <Loading /> : <FaultLine fault={fault} />;
  return (
    <>
      <p class="path">
        <a href="/commands">Commands</a>
      </p>
      <FaultLine fault={fault} />
      <Summary command={value} />
      <NodesOf command={value} />
      <h2>Story</h2>
      <Story steps={value.story ?? []} />
    </>
  );
}

function Summary({ command }: { readonly command: CommandAnswer }) {
  const { id, op, groupId, askedAs, state, reason, lane, acceptedAt, elapsedMs, waitsFor } =
    command;
  const isOpen = OPEN_STATES.includes(state);
  return (
    <section class="command" aria-label="The command">
      <p class="subject">
        {op} <strong>{groupId}</strong> <StateMark command={command} />
      </p>
      <p>
        {STATES[state].meaning}
        {reason !== undefined && ` Why: ${REASONS[reason] ?? reason}.`}
        {waitsFor !== undefined && (
          <>
            {' '}
            It waits for <a href={`/command?id=${encodeURIComponent(waitsFor)}`}>{waitsFor}</a>,
            which has the key.
          </>
        )}
      </p>
      {command.stuck === true && <Stuck command={command} />}
      <dl class="figures small">
        <div class="wide">
          <dt>Id</dt>
          <dd>
            <code>{id}</code>
          </dd>
        </div>
        {askedAs !== undefined && (
          <div>
            <dt>Asked as</dt>
            <dd>{askedAs}</dd>
          </div>
        )}
        <div>
          <dt>Lane</dt>
          <dd>{lane ?? '–'}</dd>
        </div>
        <div>
          <dt>Accepted</dt>
          <dd>{acceptedAt === undefined ? '–' : <Time at={acceptedAt} />}</dd>
        </div>
        <div>
          <dt>{isOpen ? 'Open for' : 'Took'}</dt>
          <dd class="number">{durationText(elapsedMs)}</dd>
        </div>
      </dl>
      {mayOperate.value && isOpen && <Acts command={command} />}
    </section>
  );
}

/** What is to be done, and on which node. */
function Stuck({ command }: { readonly command: CommandAnswer }) {
  const { forwardOnly, story = [] } = command;
  const failing = failingNode(story);
  return (
    <p class="remedy">
      <strong>It is stuck</strong>:{' '}
      {forwardOnly === true ? 'it cannot be undone and goes on' : 'its rollback goes on'} until it
      succeeds. Fix <strong>{failing ?? 'the node that fails'}</strong>: then it ends by itself, or
      at once by <em>Retry now</em>. If that node is gone for good, retire it on the command line:{' '}
      <code>lockstep node retire NODE</code>. <em>Abandon</em> gives up this command alone;{' '}
      <a href="/audit">audit</a> then: the nodes may differ.
    </p>
  );
}

/** Of the latest attempt: all nodes but those that fail are done. */
function failingNode(story: readonly StoryStep[]): string | undefined {
  for (const step of story.toReversed()) {
    if (step.step === 'attempt' && ANSWERS[step.answer ?? '']?.tone === 'bad') return step.node;
  }
  return undefined;
}

function Acts({ command }: { readonly command: CommandAnswer }) {
  const { state, forwardOnly, parked } = command;
  const canAbandon = state === 'compensating' || forwardOnly === true || parked === true;
  const acts: readonly (readonly [CommandAct, string])[] = [
    ['retry', 'Retry now'],
    ...(state === 'compensating' ? [] : [['cancel', 'Cancel'] as const]),
    ...(canAbandon ? [['abandon', 'Abandon'] as const] : []),
  ];
  return (
    <div class="line-of-acts">
      {acts.map(([act, label]) => (
        <button key={act} type="button" onClick={() => askForCommand(act, command)}>
          {label}
        </button>
      ))}
    </div>
  );
}

const PRESENCE = { present: 'good', absent: 'calm', unknown: 'bad' } as const;

function NodesOf({ command: { nodes } }: { readonly command: CommandAnswer }) {
  if (nodes === undefined) return null;
  return (
    <>
      <h2>Nodes</h2>
      <div class="scroll">
        <table class="stacked outcomes">
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col">Record</th>
              <th scope="col" class="number">
                Attempts
              </th>
              <th scope="col">Last response</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(nodes).map(
              ([name, { state, attempts, lastResponse, restored, dropped }]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>
                    <Mark tone={PRESENCE[state]}>{state}</Mark>
                    {restored !== undefined && <span class="dim"> restored: {restored}</span>}
                    {dropped !== undefined && (
                      <span class="dim"> without {dropped.join(', ')}</span>
                    )}
                  </td>
                  <td class="number" data-label="attempts">
                    {countText(attempts)}
                  </td>
                  <td class="response">
                    {lastResponse === undefined ? (
                      <span class="dim">–</span>
                    ) : (
                      <code>{lastResponse}</code>
                    )}
                  </td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </div>
    </>
  );
}
