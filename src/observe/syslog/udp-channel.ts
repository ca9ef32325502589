/**
 * Syslog over UDP. A connected socket learns that nothing listens at the other end only after it
 * has sent a datagram. So the first datagram is a probe, and the rest follows when no refusal
 * arrives within `PROBE_MS`. The last datagram before a refusal is given back.
 */
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import { codeOf } from '../../base/error-fields.ts';
import { type Channel, type ChannelEvents, type OpenChannel, reasonOf } from './channel.ts';

const PROBE_MS = 100;

interface UdpAddress {
  readonly host: string;
  readonly port: number;
}

export function udpChannel(address: UdpAddress): OpenChannel {
  return (events) => new UdpChannel(address, events);
}

class UdpChannel implements Channel {
  readonly #events: ChannelEvents;
  #socket: Socket | undefined;
  #probe: NodeJS.Timeout | undefined;
  #isProved = false;
  #last: Buffer | undefined;
  #isOver = false;
  #underway = 0;
  #settled: (() => void) | undefined;

  constructor({ host, port }: UdpAddress, events: ChannelEvents) {
    this.#events = events;
    lookup(host, (error, address, family) => {
      if (error !== null) return this.#fail(error);
      if (this.#isOver) return undefined;
      const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
      this.#socket = socket;
      socket.unref();
      socket.on('error', (fault) => this.#fail(fault));
      socket.connect(port, address, () => {
        if (!this.#isOver) events.onReady();
      });
      return undefined;
    });
  }

  write(frame: Buffer): boolean {
    this.#last = frame;
    this.#underway++;
    this.#socket?.send(frame, (error) => {
      this.#underway--;
      if (error) this.#fail(error);
      else if (this.#underway === 0 && this.#isProved) this.#settled?.();
    });
    if (this.#isProved) return true;
    this.#probe = setTimeout(() => {
      this.#isProved = true;
      this.#events.onReady();
      this.#settled?.();
    }, PROBE_MS).unref();
    return false;
  }

  destroy(): void {
    clearTimeout(this.#probe);
    if (!this.#isOver) this.#socket?.close();
    this.#isOver = true;
    this.#settled?.();
  }

  async end(): Promise<void> {
    if (this.#isOver || (this.#underway === 0 && this.#isProved)) return;
    await new Promise<void>((resolve) => {
      this.#settled = resolve;
    });
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    // A datagram that is too long does not show that the server failed.
    if (codeOf(error) === 'EMSGSIZE') return;
    this.destroy();
    this.#events.onDown(reasonOf(error), this.#last === undefined ? [] : [this.#last]);
  }
}
