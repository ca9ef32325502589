/**
 * Sends one command for each key, a bounded number at once over one connection. It reads a key only
 * when a slot is free, so the input may have any length (P9).
 *
 * A daemon that is busy or restarts delays the run; one that stays away ends it. `stop` ends it
 * too, after the commands in flight.
 */
import {
  CLIENT_ERROR_CODES,
  ClientError,
  type CreateFields,
  type LockstepClient,
} from '../../client/index.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { DryRunAnswer } from '../../protocol/answers/dry-run.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import { newId } from '../../protocol/new-id.ts';
import { askDryRun } from '../dry-run/ask.ts';
import type { KeyItem, KeySource } from './keys.ts';
import type { Tally } from './tally.ts';

export interface Bulk {
  readonly op: 'create' | 'delete';
  readonly source: KeySource;
  readonly fields: CreateFields;
  readonly inFlight: number;
  readonly stop: AbortSignal;
  readonly tally: Tally;
  /** Only read the nodes, and tell what would be done. */
  readonly isDryRun?: boolean;
  /** Called for every key, in the order of the answers; slow calls slow the run. */
  onAnswer(key: string, answer: BulkAnswer): Promise<void>;
}

/** The daemon's answer, or an error in place of a missing one. */
export type BulkAnswer =
  | CommandAnswer
  | DryRunAnswer
  | ErrorReply
  | { readonly id: string; readonly error: object };

const LEFT = 'the call ended before its answer; the daemon continues the command';

/**
 * Resolves once nothing is in flight; with the error that ended the run, if the daemon is gone.
 * @throws UsageError if the keys can't be read to their end.
 */
export async function runBulk(
  client: LockstepClient,
  bulk: Bulk,
): Promise<ClientError | undefined> {
  const ending = new AbortController();
  const stop = AbortSignal.any([bulk.stop, ending.signal]);
  const items = bulk.source.items(stop)[Symbol.asyncIterator]();
  let gone: ClientError | undefined;
  const drive = async () => {
    try {
      for (let next = await items.next(); next.done !== true; next = await items.next()) {
        if (stop.aborted) return;
        gone ??= await sendOne(client, bulk, next.value);
        if (gone !== undefined) ending.abort(gone);
      }
    } catch (error) {
      ending.abort(error);
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: bulk.inFlight }, drive));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return gone;
}

/** An error only if it makes no sense to continue. */
async function sendOne(
  client: LockstepClient,
  bulk: Bulk,
  item: KeyItem,
): Promise<ClientError | undefined> {
  if ('fault' in item) {
    bulk.tally.fault({ key: '', outcome: 'invalid_request', why: item.fault });
    await bulk.onAnswer('', errorReply('invalid_request', item.fault, { field: 'groupId' }));
    return undefined;
  }
  const { key, record } = item;
  const id = newId();
  const begun = performance.now();
  try {
    const fields = { ...bulk.fields, ...(record && { record }) };
    const answer =
      bulk.isDryRun === true
        ? await askDryRun(client, bulk.op, { groupId: key, ...fields })
        : await client[bulk.op](key, { ...fields, id, persist: true });
    bulk.tally.answer(key, answer, performance.now() - begun);
    await bulk.onAnswer(key, answer);
    return undefined;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const why = error.code === 'closed' ? LEFT : error.message;
    bulk.tally.fault({ key, outcome: 'no answer', id, why });
    const hint = CLIENT_ERROR_CODES.no_answer;
    await bulk.onAnswer(key, { id, error: { code: 'no_answer', message: why, hint } });
    return error.code === 'no_answer' ? undefined : error;
  }
}
