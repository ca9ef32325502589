/** Bugs of commands that came too late, and of the clock that judges them. */
import { edit } from '../../core/model/mutated-core.ts';
import { ACCEPTANCE, type Bug } from './bug.ts';

export const EXPIRY: readonly Bug[] = [
  {
    name: 'a command that came too late is journaled',
    breaks: ['P9'],
    seeds: 4,
    edits: [edit(ACCEPTANCE, 'expiryOf(request, ports.clientNow())', 'undefined')],
  },
  {
    name: 'a known id is answered expired',
    breaks: ['P7'],
    seeds: 12,
    edits: [
      edit(
        ACCEPTANCE,
        'return this.#repeats.answerFirst({ request, respond }, { rejection, again }, batch);',
        'return respond(rejection);',
      ),
    ],
  },
  {
    name: 'a repeat that alone would be refused does not wait for its twin, accepted beside it',
    breaks: ['P7'],
    seeds: 75,
    edits: [
      edit(
        'src/coordinator/commands/repeats.ts',
        'else if (first.settlement === undefined) again();',
        '',
      ),
    ],
  },
  {
    name: "the clients' clock is the wall clock, even if that was set back",
    breaks: ['P9'],
    seeds: 330,
    edits: [
      edit(
        'src/coordinator/commands/client-clock.ts',
        'return at >= last ? 0 : last + STEP_MS - at;',
        'return 0;',
      ),
    ],
  },
  {
    name: "the clients' clock continues from the end of the last life, without the time between",
    breaks: ['P9'],
    seeds: 360,
    edits: [edit('src/coordinator/commands/client-clock.ts', 'last + STEP_MS - at', 'last - at')],
  },
];
