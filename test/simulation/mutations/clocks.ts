/** Bugs in which one run's clock judges the times of another run. */
import { edit } from '../../core/model/mutated-core.ts';
import type { Bug } from './bug.ts';

export const CLOCKS: readonly Bug[] = [
  {
    name: "history is pruned by another life's clock",
    breaks: ['P7'],
    seeds: 800,
    edits: [
      edit(
        'src/coordinator/coordinator.ts',
        'lived: Math.floor(counters.lived + at - this.#startedAt)',
        'lived: Math.floor(at)',
      ),
    ],
  },
  {
    name: "a deadline is read by another life's clock",
    breaks: ['P9'],
    seeds: 320,
    edits: [
      edit(
        'src/coordinator/commands/own-clock.ts',
        'deadlineAt: command.deadlineAt - behindMs,',
        'deadlineAt: command.deadlineAt,',
      ),
    ],
  },
  {
    name: "the start of a rollback is read by another life's clock",
    breaks: ['P5'],
    seeds: 490,
    edits: [edit('src/coordinator/commands/own-clock.ts', 'Math.min(at - behindMs, now.at)', 'at')],
  },
];
