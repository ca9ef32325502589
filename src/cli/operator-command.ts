/** `retry`, `cancel` and `abandon`: an operator's word about commands, by their ids. */
import type { LockstepClient } from '../client/index.ts';
import { isError } from '../protocol/answer.ts';
import { details, errorText } from './answer-text.ts';
import { type ExitCode, exitOfReply, worst } from './exit-code.ts';
import { withDaemon } from './subcommand.ts';
import type { Terminal } from './terminal.ts';

export const IDS = {
  ids: {
    type: 'string',
    array: true,
    demandOption: true,
    describe: 'Ids of commands, as `lockstep list` shows them',
  },
} as const;

interface Arguments {
  readonly endpoint: string | undefined;
  readonly timeout: string | undefined;
  readonly json: boolean | undefined;
  readonly ids: readonly string[];
}

/** One after the other; with --json a line of JSON for each. */
export function operate(
  op: 'retry' | 'cancel' | 'abandon',
  args: Arguments,
  terminal: Terminal,
): Promise<ExitCode> {
  return withDaemon(args, async (client) => {
    const codes: ExitCode[] = [];
    for (const id of args.ids) codes.push(await operateOn(client, { op, id, args }, terminal));
    return worst(codes);
  });
}

async function operateOn(
  client: LockstepClient,
  { op, id, args }: { op: 'retry' | 'cancel' | 'abandon'; id: string; args: Arguments },
  terminal: Terminal,
): Promise<ExitCode> {
  const answer = await client[op](id);
  if (args.json) await terminal.json(answer);
  else if (isError(answer)) terminal.note(errorText(answer, terminal));
  else await terminal.line(details(answer, terminal));
  return exitOfReply(answer);
}
