/**
 * `restore`: an operator decides about the commands that are held since the journal was restored from a copy.
 * Their nodes may have any state: `resume` drives the commands from their entries, `abandon` ends them unread.
 */
import type { CommandAnswer, SelectionAnswer } from '../../protocol/answer.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import type { RestoreRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import type { Respond } from '../ports.ts';
import { operatorStep } from '../queue/story.ts';
import type { RequestContext } from './context.ts';
import { noteOne, type Page, replyWith, select } from './operate-many.ts';
import { type Answers, unhold } from './unhold.ts';

interface Asking {
  readonly request: RestoreRequest;
  readonly respond: Respond<CommandAnswer | SelectionAnswer>;
}

export function decideOnHeld(
  context: RequestContext,
  { request, respond }: Asking,
  batch: Batch,
): void {
  const { id } = request;
  if (id === undefined) {
    const page = select(context, request);
    if (request.dryRun === true) return replyWith(context, page, respond);
    const done = (commands: Answers) => respond({ ...page, commands });
    return decide(context, { page, request, respond, done }, batch);
  }
  const open = context.commands.registry.byId(id);
  if (open?.stage !== 'restored') {
    const message = open === undefined ? `no command ${id} is open` : `${id} is not held`;
    return respond(errorReply('invalid_request', message, { field: 'id', id, hint: NOT_HELD }));
  }
  const page = { matched: 1, commands: [open] };
  const done = ([answer]: Answers) => answer !== undefined && respond(answer);
  return decide(context, { page, request, respond, done }, batch);
}

const NOT_HELD = 'lockstep restore --resume --dry-run shows which commands are held.';

interface Decision extends Asking {
  readonly page: Page;
  readonly done: (answers: Answers) => void;
}

function decide(
  context: RequestContext,
  { page, request, respond, done }: Decision,
  batch: Batch,
): void {
  const { commands } = page;
  if (request.filter !== undefined) for (const open of commands) noteOne(context, open, request);
  for (const open of commands) {
    open.happened(operatorStep(`restore, ${request.act}`, request.by, context.ports.now()));
  }
  if (request.act === 'resume') return unhold(context, { commands, respond, done }, batch);
  const answers: (CommandAnswer | ErrorReply)[] = [];
  if (commands.length === 0) return done(answers);
  let missing = commands.length;
  for (const [index, open] of commands.entries()) {
    open.addWaiter((answer) => {
      answers[index] = answer;
      if (--missing === 0) done(answers);
    });
    context.commands.settleUndriven(open, 'disown', batch);
  }
}
