/**
 * Main's end of a node's thread: forwards calls in batches, one message for each event-loop turn,
 * and passes each outcome to its caller.
 */
import type { Worker } from 'node:worker_threads';
import type { NodeControls } from '../http/controls.ts';
import type { Caller } from '../node/group-node.ts';
import type { GroupRequest, ListRequest } from '../node/group-request.ts';
import type {
  Control,
  ControlReply,
  ForwardedCall,
  Returned,
  ToThread,
} from '../thread-messages.ts';

type Waiting = Caller | { resolve(reply: ControlReply): void };

export class NodeLink implements NodeControls {
  readonly port: number;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #outbox: ForwardedCall[] = [];
  #seq = 0;

  constructor(worker: Worker, port: number) {
    this.#worker = worker;
    this.port = port;
  }

  group(request: GroupRequest, caller: Caller): void {
    this.#send({ seq: this.#wait(caller), kind: 'group', request });
  }

  list(request: ListRequest, caller: Caller): void {
    this.#send({ seq: this.#wait(caller), kind: 'list', request });
  }

  control(control: Control): Promise<ControlReply> {
    const { promise, resolve } = Promise.withResolvers<ControlReply>();
    this.#send({ seq: this.#wait({ resolve }), kind: 'control', control });
    return promise;
  }

  /** The outcomes that the thread sent back. */
  take(all: readonly Returned[]): void {
    for (const one of all) {
      const waiting = this.#waiting.get(one.seq);
      this.#waiting.delete(one.seq);
      if (waiting === undefined) continue;
      if ('outcome' in one && 'deliver' in waiting) waiting.deliver(one.outcome);
      if ('reply' in one && 'resolve' in waiting) waiting.resolve(one.reply);
    }
  }

  stop(): void {
    this.#post({ kind: 'stop' });
  }

  #wait(waiting: Waiting): number {
    this.#seq += 1;
    this.#waiting.set(this.#seq, waiting);
    return this.#seq;
  }

  #send(call: ForwardedCall): void {
    this.#outbox.push(call);
    if (this.#outbox.length > 1) return;
    setImmediate(() => {
      const calls = this.#outbox;
      this.#outbox = [];
      this.#post({ kind: 'calls', calls });
    });
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }
}
