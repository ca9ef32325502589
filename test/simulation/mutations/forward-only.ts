/** The rules of deletes that cannot be undone, taken out one at a time. */
import { type Bug, core } from './bug.ts';

export const FORWARD_ONLY: readonly Bug[] = [
  {
    name: 'a delete that cannot be undone is sent to every node at once',
    breaks: ['P1'],
    seeds: 7,
    edits: core('P1: before the point of no return one node alone is asked to delete'),
  },
  {
    name: 'the other nodes do not wait while the first delete is in doubt',
    breaks: ['P1'],
    seeds: 125,
    edits: core('P1: while the first delete is in doubt, the other nodes wait'),
  },
  {
    name: 'a read while the delete may still land counts as proof that it can be refused',
    breaks: ['P4', 'P1'],
    seeds: 2400,
    seedsToOutcome: 2900,
    edits: core('P4.3: a delete in doubt is undone only by a read that began after it could land'),
  },
  {
    name: 'past its point of no return a delete turns back at its deadline',
    breaks: ['P1', 'liveness'],
    seeds: 130,
    seedsToOutcome: 440,
    edits: core('P1: past the point of no return nothing turns or refuses the command'),
  },
  {
    name: 'past its point of no return a refusal ends the requests to a node',
    breaks: ['liveness'],
    seeds: 1300,
    seedsToOutcome: 2100,
    edits: core('P5: past the point of no return a refusal is asked again'),
  },
  {
    name: 'after a restart a delete that cannot be undone is repeated before it is read',
    breaks: ['P1'],
    seeds: 730,
    edits: core(
      'P4.5: after a crash a read shows whether a delete happened, before another is sent',
    ),
  },
  {
    name: 'a delete that only goes forward and takes long is not reported',
    breaks: ['P5'],
    seeds: 470,
    edits: core('P5: a delete that only goes forward is flagged when it takes long'),
  },
];
