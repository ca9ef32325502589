import { type AuditJob, runAudit, WHY } from '../audit/run.ts';
import { keySource } from '../bulk/keys.ts';
import { UsageError } from '../exit-code.ts';
import { interruptible } from '../input/interrupts.ts';
import { numberAboveZero } from '../input/number.ts';
import { mustBeAskable, YES } from '../input/question.ts';
import { subcommand } from '../subcommand.ts';
import { withDaemon } from '../with-daemon.ts';

const OPTIONS = {
  repair: {
    type: 'string',
    choices: ['', 'all', 'none'],
    defaultDescription: 'nothing is changed',
    describe:
      'Repair missing and stray records; shows a plan first, and asks. With --no-journal: all creates on every node what some hold, none deletes it everywhere',
    group: 'Command:',
  },
  'no-journal': {
    type: 'boolean',
    describe: 'Compare the nodes with each other alone: for a journal that is lost',
    group: 'Command:',
  },
  keys: {
    type: 'string',
    requiresArg: true,
    describe: 'Only these keys: a range like 0..99, a file with one key a line, or - for stdin',
    defaultDescription: 'all',
    group: 'Command:',
  },
  unknown: {
    choices: ['leave', 'create', 'delete'],
    default: 'leave',
    requiresArg: true,
    describe: 'Keys that differ between nodes and are unknown to the journal',
    group: 'Command:',
  },
  content: {
    type: 'boolean',
    describe:
      'Also compare the contents of keys that all nodes hold: a read a key and node, 100 keys a second',
    group: 'Command:',
  },
  right: {
    type: 'string',
    requiresArg: true,
    describe:
      'The node whose record is right where contents differ; with --repair it replaces the others',
    group: 'Command:',
  },
  unjournaled: {
    type: 'boolean',
    describe: 'List the keys that all nodes hold and the journal does not know',
    group: 'Command:',
  },
  rate: {
    type: 'string',
    requiresArg: true,
    describe: 'Keys a second, at most',
    defaultDescription: 'it reads half of the time',
    group: 'Command:',
  },
  ...YES,
} as const;

export const audit = subcommand({
  usage: 'audit',
  describe: 'Compare the records of the nodes with each other and with the journal',
  positionals: {},
  options: OPTIONS,
  examples: [
    ['$0 audit', 'exit code 0 only if the nodes agree with the journal'],
    ['$0 audit --repair', 'repairs, for example, a node that came back empty'],
    ['$0 audit --keys 0..999 --json', 'reads these keys on every node'],
    [
      '$0 audit --repair --right node01 --keys FILE',
      'the record of node01 replaces the others of the keys in FILE, one a line',
    ],
    ['$0 audit --no-journal', 'after the journal was lost: on which keys do the nodes differ?'],
    [
      '$0 audit --no-journal --repair all',
      'what one node has, all get; shows the keys first, and asks',
    ],
    ['$0 audit --unjournaled', 'after a restore: lists the keys created since the copy'],
  ],
  async run(args, terminal) {
    const { yes } = args;
    const rate = args.rate === undefined ? undefined : numberAboveZero('rate', args.rate);
    const { repair, journal, unknown } = meaningOf(args);
    if (repair) mustBeAskable(WHY, { yes, terminal });
    const source = args.keys === undefined ? undefined : await keySource(args.keys);
    const { right } = args;
    const [json, unjournaled] = [args.json === true, args.unjournaled === true];
    const content = args.content === true;
    const what = { source, journal, unknown, content, right, unjournaled };
    const job = { ...what, rate, repair, yes, json };
    return withDaemon(args, terminal, (client) =>
      interruptible(terminal, {
        run: (stop) => runAudit(client, { ...job, stop }, terminal),
        leave: () => client.close(),
      }),
    );
  },
});

interface Meant extends Pick<AuditJob, 'repair' | 'journal' | 'unknown'> {}

/** Where the journal is lost, it is the operator who says which nodes are right. */
function meaningOf(args: {
  readonly repair: string | undefined;
  readonly 'no-journal': boolean | undefined;
  readonly unknown: string;
  readonly unjournaled: boolean | undefined;
}): Meant {
  const { repair, unjournaled } = args;
  const unknown = args.unknown as Meant['unknown'];
  if (args['no-journal'] !== true) {
    if (repair === 'all' || repair === 'none')
      throw new UsageError(`--repair ${repair} needs --no-journal: otherwise the journal decides`);
    return { repair: repair !== undefined, journal: true, unknown };
  }
  if (unknown !== 'leave' || unjournaled === true)
    throw new UsageError('--no-journal cannot be combined with --unknown or --unjournaled');
  if (repair === '')
    throw new UsageError(
      '--no-journal --repair needs all (create it everywhere) or none (delete it)',
    );
  const chosen = repair === undefined ? 'leave' : repair === 'all' ? 'create' : 'delete';
  return { repair: repair !== undefined, journal: false, unknown: chosen };
}
