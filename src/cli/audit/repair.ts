/**
 * Repairs the findings of an audit: the daemon checks each key once more, an ordinary command
 * repairs it, and the next lot begins when those commands have settled.
 */
import {
  type AuditFinding,
  ClientError,
  isError,
  type LockstepClient,
} from '../../client/index.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import { author } from '../operate/author.ts';

/** Commands under way at once. */
const LOT = 200;

export interface Repair {
  readonly unknown: 'leave' | 'create' | 'delete';
  readonly stop: AbortSignal;
  /** Called for each key, when its command has settled. */
  readonly onKey: (finding: AuditFinding, state: string) => Promise<void>;
}

/** Returns the error that ended it early; undefined if there was none. */
export async function repairAll(
  client: LockstepClient,
  found: readonly AuditFinding[],
  job: Repair,
): Promise<ErrorReply | undefined> {
  for (let from = 0; from < found.length && !job.stop.aborted; from += LOT) {
    const keys = found.slice(from, from + LOT).map(({ groupId }) => groupId);
    const order = { keys, repair: true, unknown: job.unknown, by: author() };
    const answer = await client.audit(order, { persist: true });
    if (isError(answer)) return answer;
    const mended = answer.findings.map(async (finding) => {
      const state = await outcomeOf(client, finding);
      await job.onKey(finding, state);
    });
    await Promise.all(mended);
  }
  return undefined;
}

/** A repeat of the command by its id is answered once the command is settled. */
async function outcomeOf(
  client: LockstepClient,
  { groupId, repair }: AuditFinding,
): Promise<string> {
  if (repair?.error !== undefined) return repair.error.code;
  if (repair?.id === undefined) return 'left';
  try {
    const again = { id: repair.id, ensure: true, persist: true };
    const answer: CommandAnswer | ErrorReply = await client[repair.op](groupId, again);
    return isError(answer) ? answer.error.code : answer.state;
  } catch (error) {
    if (error instanceof ClientError && error.code === 'no_answer') return 'unsettled';
    throw error;
  }
}
