/** `create` and `delete`: one command for each key of a range, a file or stdin. */
import type { ClientError } from '../../client/index.ts';
import { EXIT, type ExitCode, UsageError } from '../exit-code.ts';
import { exitOfFault, isFault, printFault } from '../fault.ts';
import { interruptible } from '../input/interrupts.ts';
import { wholeNumber } from '../input/number.ts';
import { COMMAND_OPTIONS, commandFields, ifUnavailable, lane } from '../input/options.ts';
import { YES } from '../input/question.ts';
import { RECORD, recordField } from '../input/record.ts';
import { showProgress } from '../output/progress.ts';
import type { Terminal } from '../output/terminal.ts';
import { type Definition, type Subcommand, subcommand } from '../subcommand.ts';
import { withDaemon } from '../with-daemon.ts';
import { meant } from './confirm-size.ts';
import { type KeySource, keySource } from './keys.ts';
import { type Bulk, runBulk } from './run.ts';
import { bulkJson, bulkSummary } from './summary.ts';
import { Tally } from './tally.ts';

const IN_FLIGHT = 256;
const IN_FLIGHT_MAX = 10_000;
/** Dry runs at once: the daemon makes a few more for one client. */
const DRY_RUNS = 40;

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
    type: 'string',
    requiresArg: true,
    describe: `How many commands may be under way at once, 1 to ${IN_FLIGHT_MAX}`,
    defaultDescription: String(IN_FLIGHT),
    group: 'Command:',
  },
  ...YES,
} as const;

const CREATE = {
  ...RECORD,
  'json-lines': {
    type: 'boolean',
    describe: 'The keys are lines like {"groupId":"5","record":{"a":1}}',
    group: 'Command:',
  },
} as const;

type Texts = Pick<
  Definition<typeof POSITIONALS, typeof OPTIONS>,
  'usage' | 'describe' | 'examples'
>;

export function bulkCommand(op: 'create' | 'delete', words: Texts): Subcommand {
  return subcommand({
    ...words,
    positionals: POSITIONALS,
    // Only a create has a record.
    options: { ...OPTIONS, ...(op === 'create' ? CREATE : {}) } as typeof OPTIONS & typeof CREATE,
    async run(args, terminal) {
      if (args.keys === '-' && args.record === '-') {
        throw new UsageError('keys and record cannot both come from stdin');
      }
      const fields = { ...commandFields(args), ...(await recordField(args)) };
      const isDryRun = args['dry-run'] === true;
      const inFlight = Math.min(inFlightOf(args['in-flight']), isDryRun ? DRY_RUNS : IN_FLIGHT_MAX);
      const given = await keySource(args.keys, args['json-lines']);
      // A dry run does no harm.
      const source = await meant(op, given, { yes: args.yes === true || isDryRun, terminal });
      const tally = new Tally(fields.wait);
      const job = { op, fields, inFlight, source, tally, isDryRun, json: args.json === true };
      return withDaemon({ ...args, inFlightMax: inFlight }, terminal, (client) =>
        interruptible(terminal, {
          run: (stop) =>
            report({ ...job, stop }, terminal, (onAnswer) =>
              runBulk(client, { ...job, stop, onAnswer }),
            ),
          leave: () => client.close(),
        }),
      );
    },
  });
}

interface Job {
  readonly op: 'create' | 'delete';
  readonly source: KeySource;
  readonly tally: Tally;
  readonly isDryRun: boolean;
  readonly json: boolean;
  readonly stop: AbortSignal;
}

/** Shows progress while it runs and the summary at its end, however it ends. */
async function report(
  { op, source, tally, isDryRun, json, stop }: Job,
  terminal: Terminal,
  run: (onAnswer: Bulk['onAnswer']) => Promise<ClientError | undefined>,
): Promise<ExitCode> {
  const what = isDryRun ? `dry runs of ${op}` : `${op}s command`;
  if (!json) terminal.note(`Running parallel ${what} on <${source.label}> items`);
  const begun = performance.now();
  const progress = showProgress(terminal, { title: op, total: source.total });
  const onAnswer: Bulk['onAnswer'] = async (key, answer) => {
    progress.update(tally.total, tally.failed);
    if (json) await terminal.json('error' in answer ? { op, groupId: key, ...answer } : answer);
    else if (terminal.isQuiet && 'id' in answer && answer.id !== undefined)
      await terminal.value(answer.id);
  };
  const fault = await run(onAnswer)
    .catch((error: unknown) => {
      if (isFault(error)) return error;
      throw error;
    })
    .finally(() => progress.stop());
  const elapsedMs = performance.now() - begun;
  const early = stop.aborted || fault !== undefined;
  const isWhole = !early || tally.total === source.total;
  const outcome = {
    op,
    isDryRun,
    tally,
    elapsedMs,
    isWhole,
    total: isWhole ? tally.total : source.total,
  };
  // The reader of the output is gone: there is nothing to show.
  const shown = stop.aborted ? undefined : fault;
  if (json) await terminal.json(bulkJson(outcome, shown));
  else {
    const summary = bulkSummary(outcome, terminal);
    if (!terminal.isQuiet) await terminal.line(summary);
    else if (tally.failed > 0) terminal.complain(summary);
    if (shown !== undefined) printFault(shown, terminal);
  }
  if (shown !== undefined) return exitOfFault(shown);
  return tally.failed === 0 && isWhole ? EXIT.done : EXIT.notDone;
}

function inFlightOf(text: string | undefined): number {
  return text === undefined ? IN_FLIGHT : wholeNumber('in-flight', text, IN_FLIGHT_MAX);
}
