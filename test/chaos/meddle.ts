/**
 * What others do while a client waits for its command: ask the same by the same id, ask for other
 * content under it, look at it, cancel it, have it retried.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, isError, type LockstepClient } from '../../src/client/index.ts';
import type { Heard } from './heard.ts';
import type { Asked } from './workload.ts';

/** Several clients, by place. */
interface Clients {
  send(request: Parameters<LockstepClient['send']>[0], place: number): Promise<Answer>;
  ask(asked: Asked, place: number): Promise<unknown>;
}

interface About {
  readonly asked: Asked;
  readonly place: number;
  /** Of the commands so far; it decides who meddles. */
  readonly count: number;
}

/** Another client, with its own questions in flight. */
const ELSEWHERE = 1;
/** Between asking and meddling: before it is accepted, and while it is done. */
const LATER_MS = [0, 5, 50, 300];

/** Begins at once; the result says, when the command has settled, what should not have come. */
export function meddle(clients: Clients, heard: Heard, about: About): () => Promise<string[]> {
  const { asked, place, count } = about;
  const other = place + ELSEWHERE;
  const laterMs = LATER_MS[Math.floor(count / 7) % LATER_MS.length];
  const faults: Promise<string | undefined>[] = [];
  const begin = (every: number, act: () => Promise<string | undefined>): void => {
    // Awaited at the end only: an error before that must not go unheard.
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

/** It may not be accepted yet, or be settled already. */
function unlessLate({ id }: Asked, answer: Answer): string | undefined {
  if (!isError(answer)) return undefined;
  const { code, field } = answer.error;
  if (code === 'unknown_command' || (code === 'invalid_request' && field === 'id'))
    return undefined;
  return `meddling with ${id} came to ${JSON.stringify(answer)}`;
}
