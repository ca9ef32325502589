/** The rules of P2, P4 and P6, removed one at a time. */
import { edit } from '../../core/model/mutated-core.ts';
import { type Bug, COMMANDS, core } from './bug.ts';

export const RULES: readonly Bug[] = [
  {
    name: "the survey's finding is not durable before the first delete",
    breaks: ['P2'],
    seeds: 1,
    seedsToOutcome: 11,
    edits: core("P2: the survey's finding is durable before the first delete"),
  },
  {
    name: 'a node counts as at its goal by an exchange begun before the wait is over',
    breaks: ['P1', 'P4'],
    seeds: 7,
    seedsToOutcome: 25,
    edits: core('P4.3: a node counts as at its goal only by an exchange begun after the wait'),
  },
  {
    name: 'a later answer ends an earlier doubt',
    breaks: ['P4'],
    seeds: 4,
    seedsToOutcome: 12,
    edits: core('P4.2: a later answer does not end an earlier doubt'),
  },
  {
    name: 'a request that a node has deferred (202) counts as ended',
    breaks: ['P1', 'P4'],
    seeds: 4,
    seedsToOutcome: 26,
    edits: core('P4.2: a request that the node deferred (202) may still land'),
  },
  {
    name: 'a deferred request is repeated while the first may still land',
    breaks: ['P4'],
    seeds: 4,
    edits: core('P4.2: a deferred request is not repeated before its loose time ends'),
  },
  {
    name: 'an entity tag is taken for an owner mark, though a restored record may have the same one',
    breaks: ['P4'],
    seeds: 127,
    edits: core('P4.3: an entity tag is no owner mark: a restored record may have the same one'),
  },
  {
    name: 'a failed connection ends an earlier doubt',
    breaks: ['P1', 'P4'],
    seeds: 45,
    seedsToOutcome: 250,
    edits: core('P4.2: a failed connection does not end an earlier doubt'),
  },
  {
    name: 'the goal turns while exchanges run',
    breaks: ['P1', 'P4'],
    seeds: 6,
    seedsToOutcome: 7,
    edits: core('P4: the goal turns only when the running exchanges have ended'),
  },
  {
    name: 'quiesce is counted from sending',
    breaks: ['P4'],
    seeds: 6,
    seedsToOutcome: 35,
    edits: core('P4.2: quiesce is counted from giving up, not from sending'),
  },
  {
    name: 'after a restart the requests of an open saga are not loose',
    breaks: ['P1', 'P4'],
    seeds: 12,
    seedsToOutcome: 35,
    edits: core('P4.5: after a restart the requests of an open saga are loose'),
  },
  {
    name: 'a change of direction is not durable',
    breaks: ['P2'],
    seeds: 4,
    seedsToOutcome: 610,
    edits: core('P2: the direction is durable'),
  },
  {
    name: "one node's change of direction is not durable",
    breaks: ['P2'],
    seeds: 8,
    seedsToOutcome: 270,
    edits: core('P2: the direction of one node is durable'),
  },
  {
    name: "settled sagas' loose requests do not survive a restart",
    breaks: ['P4', 'liveness'],
    seeds: 13,
    seedsToOutcome: 13,
    edits: [
      edit(
        'src/coordinator/commands/recovery.ts',
        '  await recoverLoose(commands, journal);',
        '  if (commands.registry.size < 0) await recoverLoose(commands, journal);',
      ),
    ],
  },
  {
    name: 'after a kill only quiesce is waited for, although the kernel still sends',
    breaks: ['P1', 'P4'],
    seeds: 35,
    seedsToOutcome: 125,
    edits: [
      edit(
        'src/coordinator/commands/process-life.ts',
        'isAfterOrder ? quiesceMs : Math.max(quiesceMs, ms)',
        'isAfterOrder ? quiesceMs : Math.max(quiesceMs, 0 * ms)',
      ),
    ],
  },
  {
    name: 'an end in order soon after a kill lets the next life forget the kill',
    breaks: ['P1', 'P4'],
    seeds: 1100,
    seedsToOutcome: 2100,
    edits: [
      edit(
        'src/coordinator/commands/process-life.ts',
        'isAfterOrder ? startedAt : Math',
        'isAfterOrder || startedAt > 0 ? startedAt : Math',
      ),
    ],
  },
  {
    name: 'the settling record does not carry the loose requests',
    breaks: ['P4'],
    seeds: 4,
    seedsToOutcome: 25,
    edits: core('P4.5: the settling record carries the loose requests'),
  },
  {
    name: 'an opposing command does not wait',
    breaks: ['P4'],
    seeds: 4,
    seedsToOutcome: 3600,
    edits: [
      edit(
        COMMANDS,
        'return this.keys.opposedUntil(command.groupId, wantedBy(command), now);',
        'return 0 * this.keys.opposedUntil(command.groupId, wantedBy(command), now);',
      ),
    ],
  },
  {
    name: 'a command surveys before it holds its key',
    breaks: ['P6', 'throws'],
    seeds: 2,
    seedsToOutcome: 3,
    edits: [
      edit(
        COMMANDS,
        'if (this.keys.holds(open)) this.#hold(open);',
        "if (this.keys.holds(open) || open.command.op === 'delete') this.#hold(open);",
      ),
      edit(
        COMMANDS,
        "if (next !== undefined && next.stage !== 'new') this.#hold(next);",
        "if (next !== undefined && next.stage === 'waiting') this.#hold(next);",
      ),
    ],
  },
  {
    name: "a record found after a doubt counts as the command's own",
    breaks: ['P1'],
    seeds: 20,
    seedsToOutcome: 20,
    edits: core('node contract: own or foreign, when the token is hidden'),
  },
  {
    name: 'after a restart only the last direction of a turned saga is loose',
    breaks: ['P1', 'P4'],
    seeds: 590,
    seedsToOutcome: 150,
    edits: core('P4.5: after a restart both directions of a turned saga are loose'),
  },
  {
    name: 'after a restart no create is in doubt',
    breaks: ['told'],
    seeds: 20,
    edits: core('P4.5: after a restart every create is in doubt'),
  },
  {
    name: 'a rollback does not wait for the loose requests of earlier commands',
    breaks: ['P4'],
    seeds: 3800,
    edits: core('P4.3: the loose requests of earlier commands are waited for in a rollback, too'),
  },
  {
    name: 'a rollback deletes on nodes without a create of its command',
    breaks: ['P2'],
    seeds: 1000,
    seedsToOutcome: 240,
    edits: core(
      'node contract: a rollback deletes only where a create of ours was applied or is in doubt',
    ),
  },
  {
    name: 'a guard from the journal is kept after it was disproved',
    breaks: ['told'],
    seeds: 100,
    edits: core(
      "node contract: a 404 proves the journal's token wrong, and the delete goes on unguarded",
    ),
  },
  {
    name: "a 404 is believed without the node's proof",
    breaks: ['P1'],
    seeds: 11,
    seedsToOutcome: 11,
    edits: [
      edit(
        'src/node/dialect/read-reply.ts',
        '  // A success without words may have been',
        `  if (http.status === 404 && kind !== 'create') return { kind: kind === 'read' ? 'absent' : 'gone', detail };
  // A success without keyValues may have been`,
      ),
    ],
  },
  {
    name: "an empty success is believed without the node's proof",
    breaks: ['P1'],
    seeds: 33,
    seedsToOutcome: 33,
    edits: [
      edit(
        'src/node/dialect/read-reply.ts',
        'readSuccess(rule, body, {',
        "readSuccess({ ...rule, proof: 'none' }, body, {",
      ),
    ],
  },
];
