/** A DEALER that sends any bytes, valid or not. */
import { Dealer } from 'zeromq';

const REPLY_MS_MAX = 15_000;

export type Frame = string | Buffer;

export class RawSocket implements Disposable {
  readonly #dealer = new Dealer({
    linger: 0,
    receiveTimeout: REPLY_MS_MAX,
    sendHighWaterMark: 0,
  });

  constructor(endpoint: string) {
    this.#dealer.connect(endpoint);
  }

  async send(...frames: readonly Frame[]): Promise<void> {
    await this.#dealer.send([...frames]);
  }

  receive(): Promise<readonly Buffer[]> {
    return this.#dealer.receive();
  }

  /** The last frame of the reply, as JSON. */
  async ask(...frames: readonly Frame[]): Promise<unknown> {
    await this.send(...frames);
    const reply = await this.receive();
    return JSON.parse(String(reply.at(-1)));
  }

  [Symbol.dispose](): void {
    this.#dealer.close();
  }
}
