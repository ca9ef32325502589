/** Bugs of creates with a record. */
import { edit } from '../../core/model/mutated-core.ts';
import type { Bug } from './bug.ts';

export const RECORDS: readonly Bug[] = [
  {
    name: 'the record of a repeat is not compared with the first',
    breaks: ['P7'],
    seeds: 1,
    edits: [
      edit(
        'src/coordinator/commands/repeats.ts',
        'if (isSame && digest === record?.digest) return undefined;',
        'if (isSame) return undefined;',
      ),
    ],
  },
  {
    name: 'after a restart a command is driven without its record',
    breaks: ['P1'],
    seeds: 14,
    edits: [
      edit(
        'src/coordinator/queue/dispatcher.ts',
        'record: records?.get(seq) };',
        'record: open.recovered ? undefined : records?.get(seq) };',
      ),
    ],
  },
  {
    name: 'ensure commits over another content that its survey found',
    breaks: ['P1'],
    seeds: 954,
    edits: [
      edit(
        'src/core/conclude.ts',
        "if (command.op === 'create' && command.ensure && differs) return 'different';",
        '',
      ),
    ],
  },
  {
    name: 'ensure commits over another content that its create met',
    breaks: ['P1'],
    seeds: 67,
    edits: [
      edit(
        'src/core/after-reply.ts',
        "const foreign = differs ? 'different' : 'foreign';",
        "const foreign = 'foreign';",
      ),
    ],
  },
  {
    name: 'a record of another content counts as the one of a create in doubt',
    breaks: ['P1'],
    seeds: 67,
    edits: [
      edit(
        'src/core/after-reply.ts',
        'if (!node.createInDoubt || differs) return',
        'if (!node.createInDoubt) return',
      ),
    ],
  },
  {
    name: 'a restored record is the one that the survey found on another node',
    breaks: ['P1'],
    seeds: 3006,
    edits: [
      edit(
        'src/coordinator/commands/commands.ts',
        'const body = await ports.journal.foundBody(seq, node);',
        'let body = await ports.journal.foundBody(seq, node);\n' +
          'for (const other of this.registry.bySeq(seq).command.nodes)\n' +
          'body = (await ports.journal.foundBody(seq, other)) ?? body;',
      ),
    ],
  },
  {
    name: 'a body leaves memory before the journal has it',
    breaks: ['throws'],
    seeds: 341,
    edits: [
      edit(
        'src/executor/saga-driver.ts',
        'const durable: Exclude<DurableEntry, Settlement>[] = [];',
        'this.#found.journaled(run);\nconst durable: Exclude<DurableEntry, Settlement>[] = [];',
      ),
    ],
  },
];
