/** `list`: a page of commands, newest first. A thousand rows take 15 ms, so they are read in pieces. */
import type { SagaState } from '../../core/model.ts';
import type { DamagedRow, ListFilter, ListPage, Moment } from '../../journal/port.ts';
import type { DamagedCommand, ListAnswer } from '../../protocol/answer.ts';
import type { ListRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import { storedAnswer, withOrigin } from '../commands/answers.ts';
import { damageOf } from '../journal/unreadable.ts';
import type { Respond } from '../ports.ts';
import type { RequestContext } from '../requests/context.ts';
import { inPieces, readPage, type Walk } from './in-pieces.ts';

export function list(
  context: RequestContext,
  { request, respond }: { request: ListRequest; respond: Respond<ListAnswer> },
  batch: Batch,
): void {
  const now = context.moment();
  const filter = filterOf(request, now);
  const { journal } = context.ports;
  async function* see(): Walk {
    const { limit, cursor } = request;
    const { pages, next } = yield* readPage({
      limit,
      cursor,
      rowsOf,
      read: async (before, piece) => shown(context, await journal.list(filter, before, piece), now),
    });
    const damaged = pages.flatMap((page) => page.damaged);
    respond({
      commands: pages.flatMap(({ commands }) => commands),
      ...(damaged.length === 0 ? {} : { damaged }),
      ...(next === undefined ? {} : { next }),
    });
  }
  batch.look(inPieces(see(), respond));
}

interface Shown {
  readonly commands: ListAnswer['commands'];
  readonly damaged: readonly DamagedCommand[];
  readonly next?: number | undefined;
}

function shown(
  context: RequestContext,
  { commands, damaged = [], next }: ListPage,
  now: Moment,
): Shown {
  return {
    commands: commands.map((stored) => answerOf(context, stored, now)),
    damaged: damaged.map(shownDamage),
    next,
  };
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

function rowsOf({ commands, damaged }: Shown): number {
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
