import { runAudit, WHY } from '../audit/run.ts';
import { keySource } from '../bulk/keys.ts';
import { interruptible } from '../input/interrupts.ts';
import { numberAboveZero } from '../input/number.ts';
import { mustBeAskable, YES } from '../input/question.ts';
import { subcommand, withDaemon } from '../subcommand.ts';

const OPTIONS = {
  repair: {
    type: 'boolean',
    describe: 'Repair missing and stray records; shows a plan first, and asks',
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
    ['$0 audit --unjournaled', 'after a restore: lists the keys created since the copy'],
  ],
  async run(args, terminal) {
    const { yes } = args;
    const rate = args.rate === undefined ? undefined : numberAboveZero('rate', args.rate);
    const repair = args.repair === true;
    if (repair) mustBeAskable(WHY, { yes, terminal });
    const source = args.keys === undefined ? undefined : await keySource(args.keys);
    const { unknown } = args;
    const [json, unjournaled] = [args.json === true, args.unjournaled === true];
    const job = { source, unknown, unjournaled, rate, repair, yes, json };
    return withDaemon(args, (client) =>
      interruptible(terminal, {
        run: (stop) => runAudit(client, { ...job, stop }, terminal),
        leave: () => client.close(),
      }),
    );
  },
});
