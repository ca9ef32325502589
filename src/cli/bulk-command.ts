/** `create` and `delete`: one command for each key of a range, a file or stdin. */
import type { ClientError } from '../client/index.ts';
import { isError } from '../protocol/answer.ts';
import { type Bulk, runBulk } from './bulk.ts';
import { bulkSummary } from './bulk-summary.ts';
import { EXIT, type ExitCode, UsageError } from './exit-code.ts';
import { interruptible } from './interrupts.ts';
import { type KeySource, keySource } from './keys.ts';
import { meant } from './meant.ts';
import { COMMAND_OPTIONS, commandFields, ifUnavailable, lane } from './options.ts';
import { showProgress } from './progress.ts';
import { YES } from './question.ts';
import { type Definition, type Subcommand, subcommand, withDaemon } from './subcommand.ts';
import { Tally } from './tally.ts';
import type { Terminal } from './terminal.ts';

const IN_FLIGHT_MAX = 10_000;

const POSITIONALS = {
  keys: {
    type: 'string',
    demandOption: true,
    describe: 'A range like 0..99, a file with one key a line, or - for stdin',
  },
} as const;

const OPTIONS = {
  ...COMMAND_OPTIONS,
  lane: lane('bulk'),
  'if-unavailable': ifUnavailable('wait'),
  'in-flight': {
    type: 'number',
    default: 256,
    requiresArg: true,
    describe: 'How many commands may be under way at once',
    group: 'Command:',
  },
  ...YES,
} as const;

type Words = Pick<
  Definition<typeof POSITIONALS, typeof OPTIONS>,
  'usage' | 'describe' | 'examples'
>;

export function bulkCommand(op: 'create' | 'delete', words: Words): Subcommand {
  return subcommand({
    ...words,
    positionals: POSITIONALS,
    options: OPTIONS,
    async run(args, terminal) {
      const fields = commandFields(args);
      const inFlight = inFlightOf(args['in-flight']);
      const source = await meant(op, await keySource(args.keys), { yes: args.yes, terminal });
      if (source === undefined) return EXIT.notDone;
      const tally = new Tally(fields.wait);
      const job = { op, fields, inFlight, source, tally, json: args.json === true };
      return withDaemon({ ...args, inFlightMax: inFlight }, (client) =>
        interruptible(terminal, (stop) =>
          report({ ...job, stop }, terminal, (onAnswer) =>
            runBulk(client, { ...job, stop, onAnswer }),
          ),
        ),
      );
    },
  });
}

interface Job {
  readonly op: 'create' | 'delete';
  readonly source: KeySource;
  readonly tally: Tally;
  readonly json: boolean;
  readonly stop: AbortSignal;
}

/** Shows the run while it goes on and what it came to, on the streams where each belongs. */
async function report(
  { op, source, tally, json, stop }: Job,
  terminal: Terminal,
  run: (onAnswer: Bulk['onAnswer']) => Promise<ClientError | undefined>,
): Promise<ExitCode> {
  terminal.note(`Running parallel ${op}s command on <${source.label}> items`);
  const begun = performance.now();
  const progress = showProgress(terminal, { title: op, total: source.total });
  try {
    const gone = await run(async (key, answer) => {
      progress.update(tally.total, tally.failed);
      if (!json) return;
      await terminal.json(isError(answer) ? { op, groupId: key, ...answer } : answer);
    });
    progress.stop();
    const elapsedMs = performance.now() - begun;
    const early = stop.aborted || gone !== undefined;
    const interrupted = early && tally.total !== source.total;
    const summary = bulkSummary({ op, tally, elapsedMs, interrupted }, terminal);
    if (json) terminal.note(summary);
    else await terminal.line(summary);
    if (gone !== undefined) throw gone;
    return tally.failed === 0 && !interrupted ? EXIT.done : EXIT.notDone;
  } finally {
    progress.stop();
  }
}

function inFlightOf(count: number): number {
  if (Number.isInteger(count) && count >= 1 && count <= IN_FLIGHT_MAX) return count;
  throw new UsageError(`--in-flight must be a whole number from 1 to ${IN_FLIGHT_MAX}`);
}
