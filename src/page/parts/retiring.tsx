/** What the retirement of a node means, for the question before it. */
import type { RetiredCourse, Retiring } from '../../protocol/answers/retiring.ts';
import { pluralText } from '../text/numbers.ts';
import { capital, RETIRED } from '../text/words.ts';

export interface Foreseen {
  readonly node: string;
  readonly retiring: Retiring | undefined;
  /** Why the daemon would refuse it without force. */
  readonly warning?: string;
}

export function retiringText({ node, retiring, warning }: Foreseen) {
  const counts = Object.entries(retiring?.counts ?? {}) as [RetiredCourse, number][];
  return (
    <>
      {warning !== undefined && <p class="bad">{capital(warning)}.</p>}
      <p>
        Only for a node that is gone: open commands go on without it and never come back to it. What
        they have left on it is not cleaned up. While it is configured, new commands are refused.
      </p>
      {counts.length === 0 ? (
        <p>No open command names {node}.</p>
      ) : (
        <ul class="courses">
          {counts.map(([course, count]) => (
            <li key={course}>{pluralText(count, ...RETIRED[course])}</li>
          ))}
        </ul>
      )}
    </>
  );
}
