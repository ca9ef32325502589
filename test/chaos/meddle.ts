/**
 * The interference of other clients with a command: they repeat it by its id, send other content
 * with its id, ask for its status, cancel it, or retry it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, isError, type LockstepClient } from '../../src/client/index.ts';
import type { Heard } from './heard.ts';
import type { Asked } from './workload.ts';

/** Several clients, by index. */
interface Clients {
  send(request: Parameters<LockstepClient['send']>[0], place: number): Promise<Answer>;
  ask(asked: Asked, place: number): Promise<unknown>;
}

interface About {
  readonly asked: Asked;
  readonly place: number;
  /** The number of commands so far; it selects the interference. */
  readonly count: number;
}

/** Another client, with its own requests in flight. */
const ELSEWHERE = 1;
/** Pause before the interference: before the command is accepted, or while it runs. */
const LATER_MS = [0, 5, 50, 300];

/**
 * Begins at once. The result lists, after the command has settled, the answers that should not have
 * come.
 */
export function meddle(clients: Clients, heard: Heard, about: About): () => Promise<string[]> {
  const { asked, place, count } = about;
  const other = place + ELSEWHERE;
  const laterMs = LATER_MS[Math.floor(count / 7) % LATER_MS.length];
  const faults: Promise<string | undefined>[] = [];
  const begin = (every: number, act: () => Promise<string | undefined>): void => {
    // Awaited at the end only: an earlier error must not be lost.
    if (count % every === 0)
      faults.push(act().catch((error: unknown) => `${asked.id}: ${String(error)}`));
  };
  begin(20, async () => {
    await clients.ask(asked, other);
    return undefined;
  });
  begin(21, async () => {
    await sleep(laterMs);
    const answer = await clients.send({ op: 'cancel', id: asked.id }, other);
    if ('state' in answer && 'op' in answer) heard.cancels.push(answer);
    return unlessLate(asked, answer);
  });
  begin(23, async () => {
    await sleep(laterMs);
    return unlessLate(asked, await clients.send({ op: 'retry', id: asked.id }, other));
  });
  begin(17, async () => {
    await sleep(laterMs);
    const answer = await clients.send({ op: 'status', id: asked.id }, other);
    if ('state' in answer && 'op' in answer) heard.add(answer);
    return unlessLate(asked, answer);
  });
  return async () => {
    if (count % 50 === 0) faults.push(contradict(clients, about));
    return (await Promise.all(faults)).filter((fault) => fault !== undefined);
  };
}

async function contradict(clients: Clients, { asked, place }: About): Promise<string | undefined> {
  const answer = await clients.send({ ...asked, groupId: `not ${asked.groupId}` }, place);
  if (isError(answer) && answer.error.code === 'id_conflict') return undefined;
  return `other content under ${asked.id} came to ${JSON.stringify(answer)}`;
}

/** The command may not be accepted yet, or may be settled already. */
function unlessLate({ id }: Asked, answer: Answer): string | undefined {
  if (!isError(answer)) return undefined;
  const { code, field } = answer.error;
  if (code === 'unknown_command' || (code === 'invalid_request' && field === 'id'))
    return undefined;
  return `meddling with ${id} came to ${JSON.stringify(answer)}`;
}
