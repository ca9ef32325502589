/** The story of a command: a line of time for each node, and below it every step in words. */
import type { ComponentChildren } from 'preact';
import { durationText } from '../../base/time/duration-text.ts';
import type { StoryStep } from '../../protocol/story/step.ts';
import { Empty } from '../parts/faults.tsx';
import { Mark } from '../parts/mark.tsx';
import { Time } from '../parts/time.tsx';
import { countText, pluralText } from '../text/numbers.ts';
import { ANSWERS, actText, REASONS, STATES, type Tone } from '../text/words.ts';
import { Swimlanes } from './swimlanes.tsx';

export function Story({ steps }: { readonly steps: readonly StoryStep[] }) {
  const [first] = steps;
  if (first === undefined) return <Empty title="No story was kept of this command" />;
  const begin = Date.parse(first.at);
  return (
    <>
      <Swimlanes steps={steps} />
      <ol class="story">
        {steps.map((step, index) => (
          <li key={`${step.at}-${index}`} class={isOfNode(step) ? 'of-node' : 'of-command'}>
            <span class="when">
              <Time at={step.at} />
              <span class="dim number">+{durationText(Date.parse(step.at) - begin)}</span>
            </span>
            <span class="node-name">{nodeOf(step)}</span>
            <span class="what">{textOf(step)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

function isOfNode(step: StoryStep): boolean {
  return nodeOf(step) !== undefined;
}

function nodeOf(step: StoryStep): string | undefined {
  return step.step === 'attempt' || step.step === 'node_turned' ? step.node : undefined;
}

function textOf(step: StoryStep): ComponentChildren {
  switch (step.step) {
    case 'accepted':
      return <Words tone="calm">accepted</Words>;
    case 'began':
      return <Words tone="busy">began</Words>;
    case 'stuck':
      return (
        <Words tone="bad" mark="stuck">
          people were notified; it is retried until it succeeds
        </Words>
      );
    case 'resumed':
      return (
        <Words tone="calm" mark="resumed">
          the daemon was restarted; earlier attempts are not known
        </Words>
      );
    case 'waited':
      return <Waited step={step} />;
    case 'attempt':
      return <Attempt step={step} />;
    case 'left_out':
      return <LeftOut step={step} />;
    case 'turned':
      return (
        <Words tone="warn" mark="turned back">
          {REASONS[step.reason] ?? step.reason}
        </Words>
      );
    case 'node_turned':
      return (
        <Words tone="warn" mark="turned">
          {step.direction === 'prior' ? 'back to its state before' : 'to what the command wants'}
        </Words>
      );
    case 'act':
      return (
        <Words tone="busy" mark={actText(step.act)}>
          {step.by === undefined ? 'by an operator' : `by ${step.by}`}
        </Words>
      );
    case 'settled': {
      const { label, tone } = STATES[step.state];
      return (
        <Words tone={tone} mark={label}>
          {step.reason === undefined ? '' : (REASONS[step.reason] ?? step.reason)}
        </Words>
      );
    }
  }
}

interface WordsProps {
  readonly tone: Tone;
  readonly mark?: string;
  readonly children: ComponentChildren;
}

function Words({ tone, mark, children }: WordsProps) {
  if (mark === undefined) return <Mark tone={tone}>{children}</Mark>;
  return (
    <>
      <Mark tone={tone}>{mark}</Mark> {children}
    </>
  );
}

type Of<Name extends StoryStep['step']> = { readonly step: Extract<StoryStep, { step: Name }> };

function Attempt({ step: { request, number, ms, answer, detail } }: Of<'attempt'>) {
  return (
    <>
      <span class="request">
        {request} <span class="dim">#{number}</span>
      </span>{' '}
      {answer === undefined ? (
        <Mark tone="busy">runs</Mark>
      ) : (
        <Mark tone={ANSWERS[answer]?.tone ?? 'calm'} title={ANSWERS[answer]?.meaning ?? ''}>
          {answer}
        </Mark>
      )}
      {ms !== undefined && <span class="dim number"> {durationText(ms)} </span>}
      {detail !== undefined && <code>{detail}</code>}
    </>
  );
}

function Waited({ step }: Of<'waited'>) {
  const long = step.ms === undefined ? ', and still waits' : ` for ${durationText(step.ms)}`;
  return (
    <>
      <Mark tone="calm">waited</Mark>
      {long}: <WaitedFor step={step} />
    </>
  );
}

function WaitedFor({ step }: Of<'waited'>) {
  switch (step.for) {
    case 'key':
      return (
        <>
          <a href={`/command?id=${encodeURIComponent(step.command)}`}>{step.command}</a> had the key
        </>
      );
    case 'landing':
      return <>requests of earlier commands may still land on {step.nodes.join(', ')}</>;
    case 'pause':
      return (
        <>
          the lane {step.lane} was paused{step.by === undefined ? '' : ` by ${step.by}`}
        </>
      );
    case 'drain':
      return (
        <>
          {step.node} was drained{step.by === undefined ? '' : ` by ${step.by}`}
        </>
      );
    case 'breaker':
      return <>the breaker of {step.node} was not closed</>;
    case 'slot':
      return <>as many commands ran as concurrency allows</>;
    case 'operator':
      return <>an operator had to decide</>;
  }
}

function LeftOut({ step: { attempts = {}, steps } }: Of<'left_out'>) {
  const parts = Object.entries(attempts).map(([node, answers]) => {
    const counts = Object.entries(answers).map(
      ([answer, count]) => `${answer} ${countText(count)}`,
    );
    return `${node}: ${counts.join(', ')}`;
  });
  if (steps !== undefined) parts.push(pluralText(steps, 'other step'));
  return (
    <>
      <Mark tone="calm">not listed</Mark> {parts.join(' · ')}
    </>
  );
}
