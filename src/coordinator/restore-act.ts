/**
 * `restore`: what becomes of the commands that are held since the journal was set back to a copy. Their
 * nodes may be anyhow: `resume` drives them as the journal has them, `abandon` gives them up unseen.
 */
import type { CommandAnswer } from '../protocol/answer.ts';
import { type ErrorReply, errorReply } from '../protocol/errors.ts';
import type { RestoreRequest } from '../protocol/request.ts';
import { type Page, select, tell } from './bulk-operators.ts';
import { addWaiter, type OpenCommand } from './open-command.ts';
import type { OperatorDesk } from './operators.ts';
import type { Respond } from './ports.ts';
import type { Turn } from './turn.ts';
import { type Answers, unhold } from './unhold.ts';

interface Asking {
  readonly request: RestoreRequest;
  readonly respond: Respond;
}

export function decideOnHeld(desk: OperatorDesk, { request, respond }: Asking, turn: Turn): void {
  const { id } = request;
  if (id === undefined) {
    const page = select(desk, request);
    if (request.dryRun === true) return tell(desk, page, respond);
    const done = (commands: Answers) => respond({ ...page, commands });
    return decide(desk, { page, request, respond, done }, turn);
  }
  const open = desk.commands.registry.byId(id);
  if (open?.stage !== 'restored') {
    const message = open === undefined ? `no command ${id} is open` : `${id} is not held`;
    return respond(errorReply('invalid_request', message, { field: 'id', id, hint: NOT_HELD }));
  }
  const page = { matched: 1, commands: [open] };
  const done = ([answer]: Answers) => answer !== undefined && respond(answer);
  return decide(desk, { page, request, respond, done }, turn);
}

const NOT_HELD = 'lockstep restore --resume --dry-run shows which commands are held.';

interface Decision extends Asking {
  readonly page: Page;
  readonly done: (answers: Answers) => void;
}

function decide(desk: OperatorDesk, { page, request, respond, done }: Decision, turn: Turn): void {
  const { commands } = page;
  note(desk, commands, request);
  if (request.act === 'resume') return unhold(desk, { commands, respond, done }, turn);
  const answers: (CommandAnswer | ErrorReply)[] = [];
  if (commands.length === 0) return done(answers);
  let missing = commands.length;
  for (const [index, open] of commands.entries()) {
    addWaiter(open, (answer) => {
      answers[index] = answer as CommandAnswer | ErrorReply;
      if (--missing === 0) done(answers);
    });
    desk.commands.settleUndriven(open, 'disown', turn);
  }
}

function note(
  { ports }: OperatorDesk,
  commands: readonly OpenCommand[],
  { act, by }: RestoreRequest,
): void {
  for (const { command, state } of commands) {
    const author = by === undefined ? {} : { by };
    ports.noted?.(`operator: restore, ${act}`, {
      id: command.id,
      of: command.op,
      state,
      ...author,
    });
  }
}
