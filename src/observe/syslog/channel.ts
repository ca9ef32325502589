/** One connection to a syslog server, whatever it is made of. */
import { codeOf, messageOf } from '../../base/error-fields.ts';

export interface Channel {
  /**
   * Takes one frame. Call only after `onReady`; false says: no more until the next `onReady`.
   */
  write(frame: Buffer): boolean;
  /** Lets go of everything at once; no event comes any more. */
  destroy(): void;
  /** Resolves when what was taken has left this process. */
  end(): Promise<void>;
}

export interface ChannelEvents {
  onReady(): void;
  /**
   * It is of no use any more.
   * @param unsent frames it took that have certainly not arrived, oldest first
   */
  onDown(reason: string, unsent: readonly Buffer[]): void;
}

export type OpenChannel = (events: ChannelEvents) => Channel;

/** What happened, without an address that may hold a secret: `ECONNREFUSED`. */
export function reasonOf(error: unknown): string {
  const [code, message] = [codeOf(error), messageOf(error)];
  return code ?? message;
}
