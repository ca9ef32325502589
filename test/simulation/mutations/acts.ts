/** Bugs of the trail of operators' acts. */
import { edit } from '../../core/model/mutated-core.ts';
import type { Bug } from './bug.ts';

const TRAIL = 'src/coordinator/acts/trail.ts';

export const ACTS: readonly Bug[] = [
  {
    name: 'an act is done while it is being noted',
    breaks: ['P3'],
    seeds: 2,
    edits: [
      edit(
        TRAIL,
        `    return this.begin({ deed, operator }, batch, (begun) => {
      if (begun instanceof JournalError) return respond(unnoted(begun));
      return this.#options.post((later) => work(this.#answering(begun, respond), later));
    });`,
        `    work(respond, batch);
    return this.begin({ deed, operator }, batch, () => {});`,
      ),
    ],
  },
  {
    name: 'a repair is accepted while its act is being noted',
    breaks: ['P3'],
    seeds: 46,
    edits: [
      edit(
        'src/coordinator/audit/audit.ts',
        '    const act = await promise;\n',
        "    const act = { kind: 'repair', number: 99, at: 0, lived: 0, isProven: false, door: '', outcome: 'unfinished' } as StoredAct;\n    void promise;\n",
      ),
    ],
  },
];
