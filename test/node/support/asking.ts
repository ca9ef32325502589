/** A node client whose every exchange is watched: `done` comes once, and never within the call. */
import { expect, onTestFinished } from 'vitest';
import type { HealthSignal } from '../../../src/core/breaker/breaker.ts';
import type { NodeReply, NodeRequest } from '../../../src/core/model.ts';
import type { NodeClient, NodeClientOptions } from '../../../src/node/node-client.ts';
import { clientOf } from './client.ts';

export const CREATE: NodeRequest = {
  kind: 'create',
  token: '1700000000.000001',
  body: '{"groupId":"5"}',
};
export const DELETE: NodeRequest = { kind: 'delete', guard: '1700000000.000001' };
export const READ: NodeRequest = { kind: 'read' };

export interface AskedNode {
  readonly answer: Promise<NodeReply>;
  /** The health signal of the exchange, and the time of the node. */
  readonly seen: Promise<{ readonly health: HealthSignal; readonly tookMs: number }>;
  readonly abort: () => void;
  /** Number of calls of `done`. */
  readonly calls: () => number;
}

export class Asking {
  readonly client: NodeClient;
  readonly #asked: AskedNode[] = [];

  constructor(url: string, options: Partial<NodeClientOptions> = {}) {
    this.client = clientOf(url, options);
    onTestFinished(async () => {
      this.client.close();
      await Promise.all(this.#asked.map(({ answer }) => answer));
      expect(this.#asked.filter(({ calls }) => calls() !== 1)).toEqual([]);
    });
  }

  ask(request: NodeRequest = CREATE, groupId = '5'): AskedNode {
    const { promise, resolve } = Promise.withResolvers<NodeReply>();
    const seen = Promise.withResolvers<{ health: HealthSignal; tookMs: number }>();
    let calls = 0;
    let isWithinCall = true;
    const running = this.client.exchange(request, { groupId }, (answer, health, tookMs) => {
      calls++;
      expect(isWithinCall).toBe(false);
      resolve(answer);
      seen.resolve({ health, tookMs });
    });
    isWithinCall = false;
    const { promise: seenPromise } = seen;
    const asked = {
      answer: promise,
      seen: seenPromise,
      abort: () => running.abort(),
      calls: () => calls,
    };
    this.#asked.push(asked);
    return asked;
  }

  async answerTo(request: NodeRequest = CREATE, groupId = '5'): Promise<NodeReply> {
    return this.ask(request, groupId).answer;
  }
}

/** Until the condition holds; fails after a while. */
export async function eventually(read: () => unknown) {
  await expect.poll(read, { timeout: 10_000, interval: 5 }).toBeTruthy();
}
