/** A story as the text that the journal keeps with the settlement of its command: JSON of at most 16 KiB. */
import type { Step } from './step.ts';

const STORY_BYTES_MAX = 16 * 1024;
/** Lengths to which replies are cut, until the text fits; 0: left out. */
const DETAIL_LENGTHS = [200, 60, 0];

export function storyText(steps: readonly Step[]): string {
  for (const length of DETAIL_LENGTHS) {
    const text = JSON.stringify(steps.map((step) => withDetail(step, length)));
    if (fits(text)) return text;
  }
  return fewer(steps.map((step) => withDetail(step, 0)));
}

/** Steps out of the middle are left out: a story is mostly told by its beginning and its end. */
function fewer(steps: readonly Step[]): string {
  for (let kept = Math.floor(steps.length / 2); kept > 0; kept = Math.floor(kept / 2)) {
    const leftOut = steps.slice(kept, -kept);
    const [gap] = leftOut;
    if (gap === undefined) continue;
    const text = JSON.stringify([
      ...steps.slice(0, kept),
      { at: gap.at, step: 'left_out', steps: leftOut.length },
      ...steps.slice(-kept),
    ]);
    if (fits(text)) return text;
  }
  return '[]';
}

function fits(text: string): boolean {
  return Buffer.byteLength(text) <= STORY_BYTES_MAX;
}

function withDetail(step: Step, length: number): Step {
  if (step.step !== 'attempt' || step.detail === undefined || step.detail.length <= length)
    return step;
  const { detail, ...rest } = step;
  return length === 0
    ? rest
    : { ...rest, detail: `${detail.slice(0, length - 1)}…`.toWellFormed() };
}
