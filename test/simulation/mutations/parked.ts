/** Bugs of commands that crash the daemon and are parked. */
import { edit } from '../../core/model/mutated-core.ts';
import { type Bug, COMMANDS } from './bug.ts';

const PROBATION = 'src/coordinator/commands/probation.ts';

export const PARKED: readonly Bug[] = [
  {
    name: 'commands resume all at once, even after repeated crashes',
    breaks: ['P8'],
    seeds: 12,
    edits: [edit(PROBATION, 'options.crashes.inARow >= CRASHES_MAX', 'options.crashes.inARow < 0')],
  },
  {
    name: 'the command under way is not stored',
    breaks: ['P8'],
    seeds: 12,
    edits: [
      edit(
        'src/coordinator/queue/dispatcher.ts',
        '    if (probation.hasUnsaved) await probation.begin();\n',
        '',
      ),
    ],
  },
  {
    name: 'a command is parked although the daemon was killed from outside',
    breaks: ['P5'],
    seeds: 95,
    edits: [edit(PROBATION, 'crashes.all > all', 'crashes.all >= all')],
  },
  {
    name: 'a parked command is driven at the next start',
    breaks: ['P8', 'P5'],
    seeds: 12,
    edits: [edit(COMMANDS, "stored.held ?? 'waiting'", "'waiting'")],
  },
  {
    name: 'a parked command does not keep its key',
    breaks: ['P6', 'throws'],
    seeds: 2,
    edits: [
      edit(
        COMMANDS,
        '    const hasKey = this.keys.enter(open);\n    if (open.recovered',
        "    const hasKey = open.stage !== 'parked' && this.keys.enter(open);\n    if (open.recovered",
      ),
    ],
  },
];
