/** A picture of a story: one line for each node with its attempts, over the time of the command. */

import { durationText } from '../../base/time/duration-text.ts';
import type { StoryStep } from '../../protocol/story/step.ts';
import { pluralText } from '../text/numbers.ts';
import { ANSWERS } from '../text/words.ts';

const WIDTH = 1000;
const ROW = 22;
/** A shorter attempt would not be seen. */
const BAR_MIN = 5;

type Attempt = Extract<StoryStep, { readonly step: 'attempt' }>;

export function Swimlanes({ steps }: { readonly steps: readonly StoryStep[] }) {
  const attempts = steps.filter((step): step is Attempt => step.step === 'attempt');
  const nodes = [...new Set(attempts.map(({ node }) => node))].sort();
  if (nodes.length === 0) return null;
  const times = steps.flatMap((step) => {
    const at = Date.parse(step.at);
    return step.step === 'attempt' ? [at - 0, at + (step.ms ?? 0)] : [at];
  });
  const begin = Math.min(...times);
  const length = Math.max(1, Math.max(...times) - begin);
  const xOf = (ms: number): number => ((ms - begin) / length) * (WIDTH - BAR_MIN);
  const events = steps.filter(
    ({ step }) => step === 'turned' || step === 'stuck' || step === 'settled',
  );
  return (
    <figure class="swimlanes">
      <div class="names" aria-hidden="true">
        {nodes.map((node) => (
          <span key={node}>{node}</span>
        ))}
      </div>
      <svg
        viewBox={`0 0 ${WIDTH} ${ROW * nodes.length}`}
        preserveAspectRatio="none"
        height={ROW * nodes.length}
        role="img"
        aria-label={`${pluralText(attempts.length, 'attempt')} on ${pluralText(nodes.length, 'node')} in ${durationText(length)}; the list below has each of them`}
      >
        {nodes.map((node, row) => (
          <path key={node} class="grid" d={`M0 ${ROW * (row + 0.5)}H${WIDTH}`} />
        ))}
        {events.map((step, index) => (
          <path
            key={index}
            class={`event ${step.step}`}
            d={`M${xOf(Date.parse(step.at)).toFixed(1)} 0V${ROW * nodes.length}`}
          />
        ))}
        {attempts.map(({ at, node, ms = 0, number, answer = 'runs' }) => {
          const width = Math.max(BAR_MIN, (ms / length) * WIDTH);
          return (
            <rect
              key={`${node}-${at}-${number}`}
              class={`attempt ${ANSWERS[answer]?.tone ?? 'busy'}`}
              x={xOf(Date.parse(at)).toFixed(1)}
              y={ROW * (nodes.indexOf(node) + 0.2)}
              width={width.toFixed(1)}
              height={ROW * 0.6}
            />
          );
        })}
      </svg>
      <figcaption class="axis" aria-hidden="true">
        <span>0</span>
        <span>{durationText(length)}</span>
      </figcaption>
    </figure>
  );
}
