/** `create-one` and `delete-one`: one command, its answer, and its exit code. */
import { ClientError, type LockstepClient } from '../client/index.ts';
import { type CommandAnswer, isError } from '../protocol/answer.ts';
import { newId } from '../protocol/new-id.ts';
import { askDryRun } from './dry-run/ask.ts';
import { dryRunText } from './dry-run/text.ts';
import { type ExitCode, exitOfCommand, exitOfDryRun, isDone } from './exit-code.ts';
import { COMMAND_OPTIONS, commandFields, ifUnavailable, lane } from './input/options.ts';
import { RECORD, type RecordArguments, recordField } from './input/record.ts';
import { details, headline } from './output/answer-text.ts';
import { whileWaiting } from './output/progress.ts';
import { print } from './output/show.ts';
import { plain, type Terminal } from './output/terminal.ts';
import { type Definition, type Subcommand, subcommand } from './subcommand.ts';
import { type DaemonArguments, withDaemon } from './with-daemon.ts';

const POSITIONALS = {
  key: { type: 'string', demandOption: true, describe: 'Key of the record: 1 to 256 characters' },
} as const;

const OPTIONS = {
  ...COMMAND_OPTIONS,
  lane: lane('interactive'),
  'if-unavailable': ifUnavailable('reject'),
  id: {
    type: 'string',
    requiresArg: true,
    describe: 'Id for the command: a repeat with the same id is not executed again',
    defaultDescription: 'a new UUID',
    group: 'Command:',
  },
} as const;

type Texts = Pick<
  Definition<typeof POSITIONALS, typeof OPTIONS>,
  'usage' | 'describe' | 'examples'
>;

export function oneCommand(op: 'create' | 'delete', words: Texts): Subcommand {
  return subcommand({
    ...words,
    positionals: POSITIONALS,
    // Only a create has a record.
    options: { ...OPTIONS, ...(op === 'create' ? RECORD : {}) } as typeof OPTIONS & typeof RECORD,
    async run(args, terminal) {
      const fields = { ...commandFields(args), ...(await recordField(args)) };
      if (args['dry-run'] === true) return foresee(op, args, terminal);
      const id = args.id ?? newId();
      return withDaemon(args, terminal, async (client) => {
        const asked = client[op](args.key, { ...fields, id });
        const title = `${op} ${args.key}: no answer yet; its id is ${id}`;
        const answer = await whileWaiting(terminal, title, asked).catch((error: unknown) =>
          printState(client, error, terminal),
        );
        const text = (one: CommandAnswer) =>
          isDone(one, fields.wait)
            ? `${headline(one, terminal)}, id ${plain(one.id)}`
            : details(one, terminal);
        await print(answer, { text, ids: (one) => [one.id] }, terminal);
        return exitOfCommand(answer, fields.wait);
      });
    },
  });
}

interface Keyed {
  readonly key: string;
  readonly ensure: boolean | undefined;
}

/** With --dry-run: done if the command would be committed. */
function foresee(
  op: 'create' | 'delete',
  args: DaemonArguments & RecordArguments & Keyed,
  terminal: Terminal,
): Promise<ExitCode> {
  return withDaemon(args, terminal, async (client) => {
    const fields = { groupId: args.key, ensure: args.ensure, ...(await recordField(args)) };
    const title = `${op} ${args.key}: the nodes are read`;
    const answer = await whileWaiting(terminal, title, askDryRun(client, op, fields));
    await print(answer, { text: (one) => dryRunText(one, terminal) }, terminal);
    return exitOfDryRun(answer);
  });
}

/** The final answer takes long: the state of the command says more than "no answer". */
async function printState(
  client: LockstepClient,
  error: unknown,
  terminal: Terminal,
): Promise<CommandAnswer> {
  if (!(error instanceof ClientError) || error.code !== 'no_answer') throw error;
  if (error.id === undefined) throw error;
  const answer = await client.status(error.id);
  if (isError(answer)) throw error;
  terminal.note(`No final answer yet; the daemon continues. Later: lockstep status ${error.id}`);
  return answer;
}
