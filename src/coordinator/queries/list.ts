/**
 * `list`: a page of commands, newest first. It is read in pieces, each a look of its own in the turn of the client: a
 * thousand rows with their sums take 15 ms, and commands wait for the look that has begun (P9).
 */
import type { SagaState } from '../../core/model.ts';
import type { DamagedRow, ListFilter, ListPage, Moment } from '../../journal/port.ts';
import type { DamagedCommand, ListAnswer } from '../../protocol/answer.ts';
import type { ListRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import { storedAnswer, withOrigin } from '../commands/answers.ts';
import { damageOf } from '../journal/unreadable.ts';
import type { Respond } from '../ports.ts';
import type { RequestContext } from '../requests/context.ts';

/** Rows: about 3 ms. */
const PIECE = 200;

export function list(
  context: RequestContext,
  { request, respond }: { request: ListRequest; respond: Respond<ListAnswer> },
  batch: Batch,
): void {
  const now = context.moment();
  const filter = filterOf(request, now);
  const answers: ListAnswer['commands'][number][] = [];
  const damaged: DamagedCommand[] = [];
  let before = request.cursor === undefined ? undefined : Number(request.cursor);
  let isSeen = false;
  const see = async (): Promise<void> => {
    const missing = request.limit - answers.length - damaged.length;
    const piece = Math.min(PIECE, missing);
    const page = await context.ports.journal.list(filter, before, piece);
    answers.push(...page.commands.map((stored) => answerOf(context, stored, now)));
    damaged.push(...(page.damaged ?? []).map(shownDamage));
    before = page.next;
    // A piece that is short has looked at as many rows as a request may.
    isSeen = before === undefined || piece === missing || rowsOf(page) < piece;
    if (!isSeen) return;
    respond({
      commands: answers,
      ...(damaged.length === 0 ? {} : { damaged }),
      ...(page.next === undefined ? {} : { next: String(page.next) }),
    });
  };
  batch.look({ see, isSeen: () => isSeen, miss: respond });
}

function answerOf(
  { commands: { registry } }: RequestContext,
  stored: ListPage['commands'][number],
  now: Moment,
) {
  // The journal has a command of an earlier life with times of another clock.
  const { command } = registry.byId(stored.command.id) ?? stored;
  return withOrigin(storedAnswer({ ...stored, command }, now.at), command);
}

function rowsOf({ commands, damaged = [] }: ListPage): number {
  return commands.length + damaged.length;
}

function shownDamage({ id, error }: DamagedRow): DamagedCommand {
  return { id, message: damageOf(error) };
}

function filterOf(request: ListRequest, now: Moment): ListFilter {
  const { state, stuck, parked, groupId, idPrefix, node, lane, olderThanMs, youngerThanMs } =
    request;
  const states: readonly SagaState[] | undefined = typeof state === 'string' ? [state] : state;
  return {
    ...(states === undefined ? {} : { states }),
    ...(stuck === undefined ? {} : { stuck }),
    ...(parked === undefined ? {} : { parked }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(idPrefix === undefined ? {} : { idPrefix }),
    ...(node === undefined ? {} : { node }),
    ...(lane === undefined ? {} : { lane }),
    ...(olderThanMs === undefined ? {} : { acceptedBefore: ago(now, olderThanMs) }),
    ...(youngerThanMs === undefined ? {} : { acceptedSince: ago(now, youngerThanMs) }),
  };
}

function ago({ at, lived }: Moment, ms: number): Moment {
  return { at: at - ms, lived: lived - ms };
}
