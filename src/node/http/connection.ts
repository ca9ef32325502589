/**
 * A connection to one node: kept between exchanges, made anew when it is needed and there is none.
 * One exchange at a time, one `write` a request, no stream and no promise: three POSTs cost less than
 * half of what they cost by undici's `Pool.request` (docs/decisions/032-own-connections.md).
 *
 * It repeats nothing. What it was given is sent once or not at all, and its carrier hears of each
 * exchange once: by an answer or by a loss, unless it abandons it.
 */
import type { Socket } from 'node:net';
import type { AfterPoll } from '../after-poll.ts';
import type { Addresses } from './addresses.ts';
import type { Fault } from './fault.ts';
import { type Loss, lossOf } from './loss.ts';
import { type Response, ResponseReader } from './response-reader.ts';
import { openSocket, secure, type TlsTerms } from './sockets.ts';

/** Whose request a connection carries. */
export interface ResponseHandler {
  readonly answerBytesMax: number;
  /** Its request leaves now; from here on it may be read, whatever follows. */
  onSent(): void;
  /** The connection is free again, or closed. */
  onAnswer(answer: Response): void;
  /** The connection is gone. */
  onLost(loss: Loss): void;
}

export interface Target {
  /** Whose origin counts. */
  readonly url: URL;
  /** The path of a unix socket, instead of its host and port. */
  readonly socket?: string;
  /** Of each new connection; absent: nothing but Node's own authorities. */
  readonly tls?: () => TlsTerms;
  readonly addresses: Addresses;
  /** From the name to the last step of TLS, over all of its addresses. */
  readonly connectTimeoutMs: number;
  readonly afterPoll: AfterPoll;
}

/**
 * A connection that has lived so long carries nothing more: whatever has moved behind an address, and
 * is seen in no name, is found within a minute or so.
 */
const AGE_MS = 60_000;

const CLOSED = blame('the connection was closed');
/** Said of a new connection, which has carried nothing: the next will go to the right place. */
const MOVED: Loss = { detail: 'the node has moved to another address', isOurs: true };

export class Connection {
  readonly #target: Target;
  readonly #isSecure: boolean;
  readonly #reader = new ResponseReader();
  /** What is closed, and reset while a request is under way. */
  #socket: Socket | undefined;
  /** What is written and read: the socket itself, or TLS over it. */
  #stream: Socket | undefined;
  #request = '';
  #handler: ResponseHandler | undefined;
  /** No byte of its request was written before `sent`. */
  #stage: 'connecting' | 'waiting' | 'sent' = 'connecting';
  #isClosed = false;
  /** Of its node's addresses, when its own was last seen among them. */
  #version = 0;
  /** By `performance.now()`. */
  #endsAt = 0;

  constructor(target: Target) {
    this.#target = target;
    this.#isSecure = target.url.protocol === 'https:';
  }

  /** Only when it carries nothing. */
  carry(request: string, handler: ResponseHandler): void {
    if (this.#isClosed) return handler.onLost(CLOSED);
    if (this.#isOutdated()) this.#drop();
    this.#request = request;
    this.#handler = handler;
    if (this.#socket === undefined) this.#connect();
    else this.#sendAfterReads(this.#socket);
  }

  /**
   * Its carrier does not want to hear of it any more. The connection is reset, so that bytes that
   * have not left this machine never do: a plain close would deliver what the kernel has buffered.
   */
  abandon(handler: ResponseHandler): void {
    if (this.#handler === handler) this.#drop();
  }

  /** For good; what is under way is lost. */
  close(): void {
    this.#isClosed = true;
    this.#drop()?.onLost(CLOSED);
  }

  #connect(): void {
    const { addresses, connectTimeoutMs } = this.#target;
    this.#stage = 'connecting';
    if (addresses.current !== undefined) return this.#open(connectTimeoutMs);
    const handler = this.#handler;
    const begun = performance.now();
    return addresses.find(connectTimeoutMs, (failure) => {
      if (handler !== this.#handler || this.#socket !== undefined) return;
      if (failure !== undefined) this.#drop()?.onLost(failure);
      else this.#open(connectTimeoutMs - (performance.now() - begun));
    });
  }

  #open(timeoutMs: number): void {
    const { url, socket: path, addresses, connectTimeoutMs } = this.#target;
    const receive = (piece: string) => this.#read(socket, piece);
    const socket: Socket = openSocket({ url, path, addresses, timeoutMs }, receive);
    this.#socket = socket;
    this.#version = addresses.version;
    const fault = blame(`no connection to ${path ?? url.host} within ${connectTimeoutMs} ms`);
    // The socket's own timer would begin anew with each step: address, TLS.
    const timer = setTimeout(() => this.#lose(socket, fault), timeoutMs);
    const begin = (stream: Socket) => {
      clearTimeout(timer);
      if (socket !== this.#socket) return;
      this.#stream = stream;
      addresses.prefer(socket.remoteAddress);
      // Not all at once, when they were made at once.
      this.#endsAt = performance.now() + AGE_MS * (0.9 + 0.2 * Math.random());
      if (this.#isOutdated()) this.#lose(socket, MOVED);
      else this.#send(socket);
    };
    socket.once('connect', () => {
      if (!this.#isSecure) return begin(socket);
      const { serverName: host = addresses.host, ...terms } = this.#target.tls?.() ?? {};
      const secured = secure(socket, { host, ...terms }, receive);
      secured.once('secureConnect', () => begin(secured));
      return this.#watch(socket, secured);
    });
    if (!this.#isSecure) this.#watch(socket, socket);
    socket.on('error', (error) => this.#lose(socket, lossOf(error)));
    socket.on('close', () => {
      clearTimeout(timer);
      this.#lose(socket);
    });
  }

  #watch(socket: Socket, stream: Socket): void {
    // Idle for too long. Once a request has left, its time is its carrier's.
    stream.on('timeout', () => {
      if (this.#handler === undefined || this.#stage === 'waiting') this.#lose(socket);
    });
    stream.on('end', () => this.#end(socket));
    if (stream !== socket) stream.on('error', (error) => this.#lose(socket, lossOf(error)));
  }

  /** Its address is its node's no more, or it is old. */
  #isOutdated(): boolean {
    const { addresses } = this.#target;
    if (this.#socket === undefined) return false;
    if (performance.now() > this.#endsAt) return true;
    if (this.#version === addresses.version) return false;
    this.#version = addresses.version;
    return !addresses.includes(this.#socket.remoteAddress);
  }

  #sendAfterReads(socket: Socket): void {
    this.#stage = 'waiting';
    this.#target.afterPoll.add(() => {
      if (socket !== this.#socket || this.#stage !== 'waiting') return;
      // An answer came before all of its request had left: what is left would be read as the next.
      if (this.#isUnsent) this.#lose(socket);
      else this.#send(socket);
    });
  }

  #send(socket: Socket): void {
    const handler = this.#handler;
    if (handler === undefined) return;
    this.#stage = 'sent';
    this.#reader.begin(handler.answerBytesMax);
    handler.onSent();
    socket.ref();
    this.#stream?.write(this.#request);
    this.#request = '';
  }

  #read(socket: Socket, piece: string): void {
    // It was reset, and this had been read before.
    if (socket !== this.#socket) return;
    // Nobody asked for it. Whose answer would the next one be?
    if (this.#handler === undefined || this.#stage !== 'sent') return this.#lose(socket);
    const answer = this.#reader.push(piece);
    if (answer === undefined) return;
    if ('fault' in answer) this.#drop()?.onLost(lossBy(answer));
    else this.#answer(socket, answer);
  }

  #end(socket: Socket): void {
    const isAsked = this.#handler !== undefined && this.#stage === 'sent';
    if (socket !== this.#socket || !isAsked) return this.#lose(socket);
    const answer = this.#reader.end();
    if ('fault' in answer) this.#drop()?.onLost(lossBy(answer));
    else this.#answer(socket, answer);
  }

  #answer(socket: Socket, answer: Response): void {
    // The request has not wholly left, and is not to any more. TLS knows that only a turn later.
    const isEarly = !this.#isSecure && this.#isUnsent;
    if (isEarly) this.#reset(socket);
    const handler = this.#take();
    if (answer.keepMs === 0 || isEarly) this.#drop();
    else this.#keep(socket, answer.keepMs);
    // Last, since it may have the next request with it.
    handler?.onAnswer(answer);
  }

  /** Whether something is left to be sent of what was written. */
  get #isUnsent(): boolean {
    return (this.#stream?.writableLength ?? 0) > 0;
  }

  /** A connection that carries nothing holds no thread alive. */
  #keep(socket: Socket, keepMs: number): void {
    socket.unref();
    const stream = this.#stream ?? socket;
    if (stream.timeout !== keepMs) stream.setTimeout(keepMs);
  }

  #lose(socket: Socket, loss = CLOSED): void {
    if (socket !== this.#socket) return void socket.destroy();
    // Its node has closed it while it was idle. Nothing was written: a new one will do.
    if (this.#handler === undefined || this.#stage !== 'waiting') {
      return this.#drop()?.onLost(loss);
    }
    socket.destroy();
    return this.#connect();
  }

  /**
   * Ends the connection. A request that is under way ends with it: the socket is reset, which drops
   * what the kernel holds. That is the TCP socket, for a TLS socket can't be reset.
   */
  #drop(): ResponseHandler | undefined {
    const isUnderWay = this.#handler !== undefined && this.#stage === 'sent';
    const socket = this.#socket;
    this.#socket = undefined;
    this.#stream = undefined;
    if (isUnderWay) this.#reset(socket);
    else socket?.destroy();
    return this.#take();
  }

  /** What is written to a unix socket is with the node at once: there is nothing to take back. */
  #reset(socket: Socket | undefined): void {
    if (this.#target.socket === undefined) socket?.resetAndDestroy();
    else socket?.destroy();
  }

  #take(): ResponseHandler | undefined {
    const handler = this.#handler;
    this.#handler = undefined;
    this.#request = '';
    return handler;
  }
}

function blame(detail: string): Loss {
  return { detail, isOurs: false };
}

function lossBy({ fault, isTooLarge }: Fault): Loss {
  return isTooLarge ? { ...blame(fault), isTooLarge } : blame(fault);
}
