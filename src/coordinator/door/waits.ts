/** The waits of one call: for the end of a command, or of each command of a batch. They are stopped together. */
export class Waits {
  readonly #stops: (() => void)[] = [];
  #isStopped: boolean;

  /** @param isStopped it waits only until its commands are durable */
  constructor(isStopped: boolean) {
    this.#isStopped = isStopped;
  }

  add(stop: () => void): void {
    if (this.#isStopped) stop();
    else this.#stops.push(stop);
  }

  /** Each command is answered as it stands, as soon as it is durable. */
  stop(): void {
    this.#isStopped = true;
    for (const stop of this.#stops.splice(0)) stop();
  }
}
