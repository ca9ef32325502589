/** One exchange over a connection without a client: every callback of the connection. */
import { onTestFinished } from 'vitest';
import { AfterPoll } from '../../../src/node/after-poll.ts';
import { Addresses } from '../../../src/node/http/addresses.ts';
import { Connection, type ResponseHandler } from '../../../src/node/http/connection.ts';
import type { Loss } from '../../../src/node/http/loss.ts';
import type { Response } from '../../../src/node/http/response-reader.ts';

export class Carrier implements ResponseHandler {
  readonly answerBytesMax = 1024;
  /** In order: `sent`, then the status and the body, or the failure. */
  readonly heard: string[] = [];
  readonly #over = Promise.withResolvers<readonly string[]>();

  onSent(): void {
    this.heard.push('sent');
  }

  onAnswer({ status, body }: Response): void {
    this.heard.push(`${status} ${body}`);
    this.#over.resolve(this.heard);
  }

  onLost({ detail: said }: Loss): void {
    this.heard.push(`lost: ${said}`);
    this.#over.resolve(this.heard);
  }

  get over(): Promise<readonly string[]> {
    return this.#over.promise;
  }
}

/** A connection to this node that is closed with the test. */
export function connectionTo(url: string): Connection {
  const connection = new Connection({
    url: new URL(url),
    addresses: new Addresses(new URL(url)),
    connectTimeoutMs: 5000,
    afterPoll: new AfterPoll(),
  });
  onTestFinished(() => connection.close());
  return connection;
}

/** The events of one request to this path. */
export async function ask(connection: Connection, path = '/'): Promise<readonly string[]> {
  const carrier = new Carrier();
  connection.carry(get(path), carrier);
  return carrier.over;
}

export function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: node\r\n\r\n`;
}
