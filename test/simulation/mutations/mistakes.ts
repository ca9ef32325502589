/** Typical bugs of such a daemon. */
import { edit } from '../../core/model/mutated-core.ts';
import { ACCEPTANCE, type Bug, COMMANDS, core } from './bug.ts';

export const MISTAKES: readonly Bug[] = [
  {
    name: 'an executor acts before the journal has confirmed',
    breaks: ['P2'],
    seeds: 1,
    seedsToOutcome: 30,
    edits: [
      edit(
        'src/executor/saga-driver.ts',
        "if (run.unconfirmed === 0 && this.#mode !== 'interrupted') {",
        "if (this.#mode !== 'interrupted') {",
      ),
    ],
  },
  {
    name: 'accepted is answered before the commit',
    breaks: ['P3'],
    seeds: 1,
    seedsToOutcome: 5,
    edits: [
      edit(
        ACCEPTANCE,
        "if (request.wait === 'settled') open.addWaiter(respond);",
        "if (request.wait === 'settled') open.addWaiter(respond);\n    else respond(waitingAnswer(open, commands.keys, ports.now()));",
      ),
      edit(
        ACCEPTANCE,
        "      if (request.wait === 'accepted') respond(waitingAnswer(open, commands.keys, ports.now()));\n      else respond.waits?.",
        "      if (request.wait !== 'accepted') respond.waits?.",
      ),
    ],
  },
  {
    name: 'the outcome is answered before the commit',
    breaks: ['P3'],
    seeds: 1,
    seedsToOutcome: 170,
    edits: [
      edit(
        COMMANDS,
        '    batch.settle({ seq, settlement: byItsOwnClock(settlement, open.behindMs), ...kept });\n',
        `    batch.settle({ seq, settlement: byItsOwnClock(settlement, open.behindMs), ...kept });
    open.answerWaiters(settledAnswer(open.command, settlement));
`,
      ),
    ],
  },
  {
    name: 'group commit reports done before the data is on the disk',
    breaks: ['P3'],
    seeds: 1,
    seedsToOutcome: 2,
    edits: [
      edit(
        'src/coordinator/batch-loop.ts',
        'await batch.finish(batch.hasWrites ? await ports.journal.commit(batch.contents) : NOTHING);',
        `const written = batch.hasWrites ? ports.journal.commit(batch.contents) : undefined;
    await batch.finish(NOTHING);
    await written;`,
      ),
    ],
  },
  {
    name: 'a compensation gives up after some failures',
    breaks: ['P1'],
    seeds: 190,
    seedsToOutcome: 190,
    edits: [
      edit(
        'src/core/conclude.ts',
        "if (remaining(saga).every((node) => node.verdict === 'reached')) {",
        "if (remaining(saga).every((node) => node.verdict === 'reached' || node.failures > 9)) {",
      ),
    ],
  },
  {
    name: 'while rolling back, a refusal is final',
    breaks: ['liveness'],
    seeds: 30,
    seedsToOutcome: 30,
    edits: core('P5: while it rolls back, no answer is final'),
  },
  {
    name: 'a stuck rollback is not reported',
    breaks: ['P5'],
    seeds: 12,
    edits: [
      edit(
        'src/core/conclude.ts',
        'return now >= stuckAt(saga, policy) ?',
        'return now >= stuckAt(saga, policy) * 2 ?',
      ),
      edit(
        'src/core/react.ts',
        'return drive(saga, context, { nodes: open(saga), latest: stuckAt(saga, policy) });',
        'return drive(saga, context, { nodes: open(saga), latest: 2 * stuckAt(saga, policy) });',
      ),
    ],
  },
  {
    name: 'a failed request is repeated without a pause',
    breaks: ['liveness'],
    seeds: 75,
    edits: [
      edit(
        'src/core/backoff.ts',
        'Math.max(context.random() * ceiling, wished)',
        'Math.min(context.random() * ceiling, wished)',
      ),
    ],
  },
  {
    name: 'one accept list for all operations',
    breaks: ['P1'],
    seeds: 2,
    seedsToOutcome: 2,
    edits: [
      edit(
        'src/node/dialect/read-reply.ts',
        '  const found = find(dialect, asked, http);\n',
        `  const found = find(dialect, asked, http);
  if (asked.kind !== 'read' && [200, 201, 204, 400, 404].includes(http.status)) return { kind: 'applied', detail };
`,
      ),
    ],
  },
  {
    name: 'a 404 to a guarded delete counts as done',
    breaks: ['P1'],
    seeds: 6,
    seedsToOutcome: 6,
    edits: core('node contract: what a 404 to a guarded delete means is read'),
  },
  {
    name: 'an owner mark is used twice',
    breaks: ['P7'],
    seeds: 2,
    edits: [
      edit(
        'src/core/token.ts',
        'Math.max(Math.floor(now * 1000), this.#last + 1)',
        'Math.floor(now * 1000)',
      ),
    ],
  },
  {
    name: 'owner marks begin again after a restart',
    breaks: ['P7'],
    seeds: 18,
    edits: [
      edit(
        'src/coordinator/commands/recovery.ts',
        'lastToken: lastToken === undefined ? 0 : parseToken(lastToken)',
        'lastToken: lastToken === undefined ? 0 : 0 * parseToken(lastToken)',
      ),
    ],
  },
  {
    name: 'the key is free while its command rolls back',
    breaks: ['P4', 'P6', 'sent'],
    seeds: 8,
    seedsToOutcome: 11,
    edits: [
      edit(
        'src/coordinator/queue/key-order.ts',
        '    if (key.holder !== undefined) {\n',
        "    if (key.holder !== undefined && key.holder.state !== 'compensating') {\n",
      ),
      edit('src/coordinator/queue/key-order.ts', 'throw new Error(`P6', 'return void String(`P6'),
    ],
  },
  {
    name: 'the key is free before the settlement is durable',
    breaks: ['P4', 'P6', 'liveness'],
    seeds: 3,
    seedsToOutcome: 140,
    edits: [
      edit(
        COMMANDS,
        '    batch.settle({ seq, settlement: byItsOwnClock(settlement, open.behindMs), ...kept });\n',
        `    batch.settle({ seq, settlement: byItsOwnClock(settlement, open.behindMs), ...kept });
    const early = this.keys.leave(open);
    if (early !== undefined && early.stage !== 'new') this.#hold(early);
`,
      ),
      edit(
        COMMANDS,
        '    const next = this.keys.leave(open);\n    // One',
        "    const next = open.stage === 'new' ? open : undefined;\n    // One",
      ),
    ],
  },
  {
    name: 'after a restart commands of one key resume in any order',
    breaks: ['P1', 'P3', 'P6', 'throws'],
    seeds: 1,
    seedsToOutcome: 1,
    edits: [
      edit(
        'src/journal/memory/journal.ts',
        'return [...this.#rows.values()].sort((a, b) => a.command.seq - b.command.seq);',
        'return [...this.#rows.values()].sort((a, b) => b.command.seq - a.command.seq);',
      ),
    ],
  },
  {
    name: 'an executor loses the outcome of a rollback',
    breaks: ['liveness'],
    seeds: 13,
    seedsToOutcome: 13,
    edits: [
      edit(
        'src/executor/saga-driver.ts',
        "    this.#ports.report({ kind: 'settled', seq, settlement, ...run.story.toKeep(settlement) });",
        "    if (settlement.state !== 'rolled_back' || settlement.loose === undefined)\n      this.#ports.report({ kind: 'settled', seq, settlement, ...run.story.toKeep(settlement) });",
      ),
    ],
  },
  {
    name: 'a repeat is not compared with the first',
    breaks: ['P7'],
    seeds: 9,
    seedsToOutcome: 9,
    edits: [
      edit(
        'src/coordinator/commands/repeats.ts',
        'const isSame = request.op === op && isSameKey && request.ensure === ensure;',
        'const isSame = request.op === op && isSameKey;',
      ),
    ],
  },
  {
    name: 'after a restart a command that had turned is lost',
    breaks: ['P4', 'P6', 'P7', 'liveness'],
    seeds: 6,
    seedsToOutcome: 6,
    edits: [
      edit(
        'src/coordinator/commands/recovery.ts',
        '      commands.resume(stored);\n',
        '      if (stored.entries.length < 2) commands.resume(stored);\n',
      ),
    ],
  },
  {
    name: 'open work is pruned',
    breaks: ['P7'],
    seeds: 450,
    seedsToOutcome: 320,
    edits: [
      edit(
        'src/journal/memory/journal.ts',
        'row.settlement !== undefined && !row.loose',
        '!row.loose',
      ),
    ],
  },
  {
    name: 'a command is driven forward after its deadline',
    breaks: ['P9', 'liveness'],
    seeds: 9,
    edits: [
      edit(
        'src/core/conclude.ts',
        "if (now >= command.deadlineAt) return 'deadline';",
        "if (now >= command.deadlineAt + 1000) return 'deadline';",
      ),
    ],
  },
];
