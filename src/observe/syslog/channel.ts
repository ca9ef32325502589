/** One connection to a syslog server. */
import { codeOf, messageOf } from '../../base/error-fields.ts';

export interface Channel {
  /**
   * Takes one frame. Call it only after `onReady`; false means: no more until the next `onReady`.
   */
  write(frame: Buffer): boolean;
  /** Closes everything at once; no further event follows. */
  destroy(): void;
  /** Resolves when all taken frames have left this process. */
  end(): Promise<void>;
}

export interface ChannelEvents {
  onReady(): void;
  /**
   * The channel has ended.
   * @param unsent frames that it took and that have certainly not arrived, oldest first
   */
  onDown(reason: string, unsent: readonly Buffer[]): void;
}

export type OpenChannel = (events: ChannelEvents) => Channel;

/** The reason, without an address that may contain a secret: `ECONNREFUSED`. */
export function reasonOf(error: unknown): string {
  const [code, message] = [codeOf(error), messageOf(error)];
  return code ?? message;
}
