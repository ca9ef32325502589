/**
 * The command line as a whole: passes the subcommands to yargs, and turns every end into an exit
 * code. Expected errors of subcommands end here; unexpected ones pass on.
 */
import yargs, { type Argv } from 'yargs';
import { packageVersion } from '../config/version.ts';
import { COMPLETE, complete } from './completion/complete.ts';
import { Declined, EXIT, UsageError } from './exit-code.ts';
import { exitOfFault, faultJson, isFault, printFault } from './fault.ts';
import { encode } from './input/arguments.ts';
import { COMMON, GENERAL } from './input/options.ts';
import { usageFault } from './input/usage-fault.ts';
import { node } from './nodes/node.ts';
import { outputIn } from './output/format.ts';
import type { Terminal } from './output/terminal.ts';
import { page } from './page/page.ts';
import type { Subcommand } from './subcommand.ts';
import { acts } from './subcommands/acts.ts';
import { audit } from './subcommands/audit.ts';
import { breaker } from './subcommands/breaker.ts';
import { create, createOne, deleteMany, deleteOne } from './subcommands/commands.ts';
import { events } from './subcommands/events.ts';
import { pause, resume } from './subcommands/lanes.ts';
import { list } from './subcommands/list.ts';
import { backup } from './subcommands/local/backup.ts';
import { completion } from './subcommands/local/completion.ts';
import { context } from './subcommands/local/context.ts';
import { doctor } from './subcommands/local/doctor.ts';
import { journal } from './subcommands/local/journal.ts';
import { keys } from './subcommands/local/keys.ts';
import { move } from './subcommands/local/move.ts';
import { restore } from './subcommands/local/restore.ts';
import { logs } from './subcommands/logs.ts';
import { abandon, cancel, retry } from './subcommands/operate.ts';
import { ping } from './subcommands/ping.ts';
import { stats } from './subcommands/stats.ts';
import { status } from './subcommands/status.ts';
import { version } from './subcommands/version.ts';
import { wait } from './subcommands/wait.ts';

const SUBCOMMANDS: readonly Subcommand[] = [
  createOne,
  deleteOne,
  create,
  deleteMany,
  stats,
  audit,
  status,
  list,
  wait,
  events,
  logs,
  retry,
  cancel,
  abandon,
  node,
  breaker,
  pause,
  resume,
  acts,
  ping,
  doctor,
  backup,
  journal,
  restore,
  move,
  keys,
  context,
  page,
  completion,
  version,
];

const WIDTH_MAX = 100;
const MISSING = 'no command is given';

export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<number> {
  terminal.use(outputIn(argv));
  try {
    if (argv[0] === COMPLETE) return await complete(SUBCOMMANDS, argv.slice(1), terminal);
    return await parse(argv, terminal);
  } catch (error) {
    if (error instanceof Declined) {
      terminal.note(error.message);
      const hint = 'The question was answered with no.';
      const declined = { error: { code: 'declined', message: error.message, hint } };
      if (terminal.isJson) await terminal.json(declined);
      return EXIT.notDone;
    }
    if (!isFault(error)) throw error;
    if (terminal.isJson) await terminal.json(faultJson(error));
    else printFault(error, terminal);
    if (error instanceof UsageError && !terminal.isJson) printHelp(argv, terminal);
    return exitOfFault(error);
  }
}

async function parse(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = EXIT.done;
  const finish = (end: number) => {
    code = end;
  };
  const parser = configure(yargs(encode(argv)));
  for (const subcommand of SUBCOMMANDS) subcommand.register(parser, { terminal, finish });
  if (argv.length === 0) {
    terminal.complain(await parser.getHelp());
    return EXIT.usage;
  }
  parser.fail((message: string | null, error: Error | undefined) => {
    const known = knownTo(argv);
    // yargs' own errors are about usage too; all others come from a subcommand.
    if (error !== undefined && error.name !== 'YError') throw error;
    throw new UsageError(usageFault(message ?? error?.message ?? '', known), { cause: error });
  });
  await parser.parseAsync();
  return code;
}

function configure(parser: Argv): Argv {
  return parser
    .scriptName('lockstep')
    .locale('en')
    .exitProcess(false)
    .parserConfiguration({
      // Keys are text: 007 is not 7, 1e3 is not 1000.
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      // `--no-journal` is an option by that name.
      'boolean-negation': false,
    })
    .usage('$0 <command>\n\nKeeps records in step on every node of a cluster: on all, or on none.')
    .options(COMMON)
    .demandCommand(1, MISSING)
    .strictCommands()
    .strictOptions()
    .check(onlyOnce, true)
    .example('$0 create-one 5', 'create record 5 on every node, or on none')
    .example('$0 create 0..99', 'create a hundred records')
    .example('$0 stats', 'do all nodes hold the same?')
    .epilogue(
      'Exit codes: 0 done, 1 not done (rolled back, refused), 2 bad usage, 3 daemon unreachable, 4 not settled in time.',
    )
    .help()
    .alias('help', 'h')
    .version(packageVersion())
    .group(['help', 'version'], GENERAL)
    .wrap(Math.min(WIDTH_MAX, process.stdout.columns || WIDTH_MAX));
}

/** An option given twice is a mistake, unless it takes several values. */
function onlyOnce(args: Readonly<Record<string, unknown>>): true {
  for (const [name, value] of Object.entries(args)) {
    if (!Array.isArray(value) || ['_', 'ids', 'what', 'state', 'act', 'topics'].includes(name))
      continue;
    throw new UsageError(`--${name} is given more than once`);
  }
  return true;
}

function knownTo(argv: readonly string[]) {
  const names = SUBCOMMANDS.map(({ name }) => name);
  const current = SUBCOMMANDS.find(
    ({ name }) => name === argv.find((word) => names.includes(word)),
  );
  const options = Object.keys(current?.options ?? {});
  const optionNames = [...Object.keys(COMMON), 'help', 'version', ...options];
  const positionals = Object.keys(current?.positionals ?? {});
  return { subcommands: SUBCOMMANDS, optionNames, positionals, current: current?.name };
}

function printHelp(argv: readonly string[], terminal: Terminal): void {
  const { current } = knownTo(argv);
  terminal.complain(`Try: lockstep ${current === undefined ? '' : `${current} `}--help`);
}
