/**
 * Syslog over TCP or TLS, octet-counted (RFC 6587, RFC 5425), so that a frame may contain any byte.
 *
 * TCP does not show whether the server read the bytes that the kernel took: a server that dies
 * loses those lines. Frames that the kernel had not taken are given back. The channel ends when the
 * server closes the connection, or does not read for `STALL_MS`.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Channel, type ChannelEvents, type OpenChannel, reasonOf } from './channel.ts';

const CONNECT_MS = 5000;
const STALL_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;

interface StreamAddress {
  readonly kind: 'tcp' | 'tls';
  readonly host: string;
  readonly port: number;
}

export function streamChannel(address: StreamAddress): OpenChannel {
  return (events) => new StreamChannel(address, events);
}

class StreamChannel implements Channel {
  readonly #events: ChannelEvents;
  readonly #socket: Socket;
  /** Frames that the kernel has not taken yet. */
  readonly #unsent: Buffer[] = [];
  #stallTimer: NodeJS.Timeout | undefined;
  #reason = 'the server closed the connection';

  constructor({ kind, host, port }: StreamAddress, events: ChannelEvents) {
    this.#events = events;
    const secure = kind === 'tls';
    const name = isIP(host) === 0 ? { servername: host } : {};
    this.#socket = secure ? connectTls({ host, port, ...name }) : connectTcp({ host, port });
    this.#socket.unref();
    this.#allow(CONNECT_MS, 'no connection in time');
    this.#socket
      .once(secure ? 'secureConnect' : 'connect', () => {
        this.#socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
        this.#proceed();
      })
      .on('drain', () => this.#proceed())
      .on('error', (error) => {
        this.#reason = reasonOf(error);
      })
      // Nothing is read from the server except its end.
      .on('data', () => {})
      .once('end', () => this.#socket.destroy())
      .once('close', () => {
        clearTimeout(this.#stallTimer);
        events.onDown(this.#reason, this.#unsent);
      });
  }

  write(frame: Buffer): boolean {
    this.#unsent.push(frame);
    const bytes = Buffer.concat([Buffer.from(`${frame.length} `), frame]);
    const more = this.#socket.write(bytes, (error) => {
      if (!error) this.#unsent.shift();
    });
    if (!more) this.#allow(STALL_MS, 'the server stopped reading');
    return more;
  }

  destroy(): void {
    clearTimeout(this.#stallTimer);
    this.#socket.destroy();
  }

  async end(): Promise<void> {
    if (this.#socket.destroyed) return;
    await new Promise<void>((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.end(() => resolve());
    });
  }

  #proceed(): void {
    clearTimeout(this.#stallTimer);
    this.#events.onReady();
  }

  #allow(timeoutMs: number, otherwise: string): void {
    clearTimeout(this.#stallTimer);
    this.#stallTimer = setTimeout(() => {
      this.#reason = otherwise;
      this.#socket.destroy();
    }, timeoutMs).unref();
  }
}
