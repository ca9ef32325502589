/**
 * The slots for calls under way, and for their bytes (P9). A call without a slot is answered `busy` at once. No client
 * takes more than half, so that another one always finds room.
 */

export interface CallSlotsOptions {
  readonly callsMax: number;
  readonly bytesMax: number;
}

interface Used {
  calls: number;
  bytes: number;
}

export class CallSlots {
  readonly #options: CallSlotsOptions;
  readonly #all: Used = { calls: 0, bytes: 0 };
  readonly #byClient = new Map<string, Used>();

  constructor(options: CallSlotsOptions) {
    this.#options = options;
  }

  /**
   * @param client by name
   * @returns frees the slot; undefined: there is none
   */
  take(client: string, bytes: number): (() => void) | undefined {
    const { callsMax, bytesMax } = this.#options;
    const own = this.#byClient.get(client) ?? { calls: 0, bytes: 0 };
    const isFull =
      !hasRoom(this.#all, bytes, { callsMax, bytesMax }) ||
      !hasRoom(own, bytes, { callsMax: callsMax / 2, bytesMax: bytesMax / 2 });
    if (isFull) return undefined;
    this.#byClient.set(client, own);
    for (const used of [this.#all, own]) {
      used.calls++;
      used.bytes += bytes;
    }
    return () => this.#free(client, own, bytes);
  }

  #free(client: string, own: Used, bytes: number): void {
    for (const used of [this.#all, own]) {
      used.calls--;
      used.bytes -= bytes;
    }
    if (own.calls === 0) this.#byClient.delete(client);
  }
}

function hasRoom({ calls, bytes }: Used, more: number, most: CallSlotsOptions): boolean {
  return calls + 1 <= most.callsMax && bytes + more <= most.bytesMax;
}
