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
import type { JsonObject } from '../../protocol/record/record.ts';
import { author } from '../operate/author.ts';

/** Commands under way at once. */
const LOT = 200;
/** If the daemon has to read their records. */
const RECORDS_LOT = 20;

export interface Repair {
  readonly unknown: 'leave' | 'create' | 'delete';
  readonly journal: boolean;
  readonly right: string | undefined;
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
  const { unknown, journal, right } = job;
  const lot = found.some(({ repair }) => repair?.right !== undefined) ? RECORDS_LOT : LOT;
  for (let from = 0; from < found.length && !job.stop.aborted; from += lot) {
    const keys = found.slice(from, from + lot).map(({ groupId }) => groupId);
    const of = right === undefined ? {} : { right };
    const lost = journal ? {} : { journal };
    const order = { keys, repair: true, unknown, by: author(), ...lost, ...of };
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
    const record = repair.right === undefined ? undefined : await recordOf(client, repair.id);
    const again = { id: repair.id, ensure: true, persist: true, ...(record && { record }) };
    const answer: CommandAnswer | ErrorReply = await client[repair.op](groupId, again);
    return isError(answer) ? answer.error.code : answer.state;
  } catch (error) {
    if (error instanceof ClientError && error.code === 'no_answer') return 'unsettled';
    throw error;
  }
}

/** A repeat has the same content (P7), the record too. */
async function recordOf(client: LockstepClient, id: string): Promise<JsonObject | undefined> {
  const answer = await client.status(id, { record: true, persist: true });
  return isError(answer) ? undefined : (answer.record ?? undefined);
}
