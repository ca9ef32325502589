/** Bugs of nodes that are retired. */
import { edit } from '../../core/model/mutated-core.ts';
import type { Bug } from './bug.ts';

export const RETIRED: readonly Bug[] = [
  {
    name: 'after a restart a retired node is part of the goal again',
    breaks: ['liveness', 'throws'],
    seeds: 7,
    seedsToOutcome: 7,
    edits: [
      edit(
        'src/coordinator/queue/dispatcher.ts',
        '...(retired.length === 0 ? {} : { retired }),',
        '...(retired.length < 9 ? {} : { retired }),',
      ),
    ],
  },
  {
    name: 'a retirement concerns commands that are accepted later',
    breaks: ['P1'],
    seeds: 30,
    seedsToOutcome: 30,
    edits: [
      edit(
        'src/coordinator/nodes/retire.ts',
        'await retirements.retire(node, { by: request.by, upTo });',
        'await retirements.retire(node, { by: request.by, upTo: upTo + 1e15 });',
      ),
    ],
  },
  {
    name: 'what may still land on a retired node is forgotten',
    breaks: ['P4'],
    seeds: 500,
    edits: [
      edit(
        'src/core/conclude.ts',
        'const loose = looseOf(saga.nodes, now);',
        'const loose = looseOf(remaining(saga), now);',
      ),
    ],
  },
];
