/** Bugs of an audit that repairs. */
import { edit } from '../../core/model/mutated-core.ts';
import type { Bug } from './bug.ts';

export const AUDITS: readonly Bug[] = [
  {
    name: 'an audit repairs although a command of the key has arrived',
    breaks: ['P6'],
    seeds: 550,
    edits: [
      edit(
        'src/coordinator/queue/key-order.ts',
        'for (const quiet of this.#watches) quiet.delete(',
        'for (const quiet of this.#watches) quiet.has(',
      ),
    ],
  },
  {
    name: 'an audit does not repair missing records',
    breaks: ['P1'],
    seeds: 100,
    edits: [
      edit(
        'src/coordinator/audit/classify.ts',
        'return seen.some(spoils) ? undefined : op;',
        "return kind === 'missing' || seen.some(spoils) ? undefined : op;",
      ),
    ],
  },
  {
    name: 'an audit ignores rolled-back commands',
    breaks: ['P1'],
    seeds: 1000,
    edits: [
      edit(
        'src/coordinator/audit/classify.ts',
        'const prior = isTrusted(rolledBack) ?',
        'const prior = isTrusted(rolledBack) && trustedFrom === 1 ?',
      ),
    ],
  },
];
