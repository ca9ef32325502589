/**
 * A connection to one node. It is kept between exchanges, and opened again when an exchange needs it. One exchange at a
 * time, one `write` a request, no stream and no promise: three POSTs cost less than half of undici's `Pool.request`
 * (docs/decisions/032-own-connections.md).
 *
 * It repeats nothing. Each request is sent once or not at all, and its handler is called once at the end, with a response
 * or a loss, unless the handler abandons the exchange.
 */
import type { Socket } from 'node:net';
import type { DescriptorReserve } from '../../files/descriptor-reserve.ts';
import type { AfterPoll } from '../after-poll.ts';
import type { Addresses } from './addresses.ts';
import type { Fault } from './fault.ts';
import { type Loss, lossOf } from './loss.ts';
import { type Response, ResponseReader } from './response-reader.ts';
import { openSocket, secure, type TlsTerms } from './sockets.ts';

/** The owner of the request that a connection carries. */
export interface ResponseHandler {
  readonly answerBytesMax: number;
  /** The request leaves now. From here on the node may have read it, whatever follows. */
  onSent(): void;
  /** The connection is free again, or closed. */
  onAnswer(answer: Response): void;
  /** The connection is gone. */
  onLost(loss: Loss): void;
}

export interface Target {
  /** Only its origin is used. */
  readonly url: URL;
  /** The path of a unix socket, instead of its host and port. */
  readonly socket?: string;
  /** Called for each new connection; absent: only Node's own authorities. */
  readonly tls?: () => TlsTerms;
  readonly addresses: Addresses;
  /** From the look-up of the name to the last step of TLS, over all addresses. */
  readonly connectTimeoutMs: number;
  readonly afterPoll: AfterPoll;
  /** Absent: none is kept. */
  readonly descriptors?: DescriptorReserve;
  /** Nothing may leave now; asked in the turn in which a request is written. Absent: never. */
  readonly isHeld?: () => boolean;
}

/** The longest life of a connection: a node that moved behind an unchanged address is found in about a minute. */
const AGE_MS = 60_000;

const CLOSED = blame('the connection was closed');
const HELD: Loss = { detail: 'not sent: the journal does not answer', isOurs: true };
/** Only for a new connection, which has carried nothing: the next connection goes to the right address. */
const MOVED: Loss = { detail: 'the node has moved to another address', isOurs: true };

export class Connection {
  readonly #target: Target;
  readonly #isSecure: boolean;
  readonly #reader = new ResponseReader();
  /** The TCP or unix socket: it is closed, or reset while a request runs. */
  #socket: Socket | undefined;
  /** Requests and responses go through this: the socket itself, or TLS over it. */
  #stream: Socket | undefined;
  #request: string | Buffer = '';
  #handler: ResponseHandler | undefined;
  /** Before `sent`, no byte of the request was written. */
  #stage: 'connecting' | 'waiting' | 'sent' = 'connecting';
  #isClosed = false;
  /** Version of the node's addresses that included the address of this connection. */
  #version = 0;
  /** By `performance.now()`. */
  #endsAt = 0;

  constructor(target: Target) {
    this.#target = target;
    this.#isSecure = target.url.protocol === 'https:';
  }

  /** Call it only while the connection carries nothing. */
  carry(request: string | Buffer, handler: ResponseHandler): void {
    if (this.#isClosed) return handler.onLost(CLOSED);
    if (this.#isOutdated()) this.#drop();
    this.#request = request;
    this.#handler = handler;
    if (this.#socket === undefined) this.#connect();
    else this.#sendAfterReads(this.#socket);
  }

  /**
   * The handler gives the exchange up, and is not called again. The connection is reset, so that bytes that have not left
   * this machine never do: a plain close would deliver the kernel's buffer.
   */
  abandon(handler: ResponseHandler): void {
    if (this.#handler === handler) this.#drop();
  }

  /** For good. A request that runs is lost. */
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
    const { url, socket: path, addresses, connectTimeoutMs, descriptors } = this.#target;
    const receive = (piece: string) => this.#read(socket, piece);
    descriptors?.lend();
    const socket: Socket = openSocket({ url, path, addresses, timeoutMs }, receive);
    this.#socket = socket;
    this.#version = addresses.version;
    const fault = blame(`no connection to ${path ?? url.host} within ${connectTimeoutMs} ms`);
    // The socket's own timer would start again with each step: address, TLS.
    const timer = setTimeout(() => this.#lose(socket, fault), timeoutMs);
    const begin = (stream: Socket) => {
      clearTimeout(timer);
      if (socket !== this.#socket) return;
      this.#stream = stream;
      addresses.prefer(socket.remoteAddress);
      // At random, so that connections that opened together do not close together.
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
    socket.on('error', (error) => {
      descriptors?.noteFailure(error);
      this.#lose(socket, lossOf(error));
    });
    socket.on('close', () => {
      clearTimeout(timer);
      this.#lose(socket);
    });
  }

  #watch(socket: Socket, stream: Socket): void {
    // Idle for too long. Once a request has left, its handler has the timer.
    stream.on('timeout', () => {
      if (this.#handler === undefined || this.#stage === 'waiting') this.#lose(socket);
    });
    stream.on('end', () => this.#end(socket));
    if (stream !== socket) stream.on('error', (error) => this.#lose(socket, lossOf(error)));
  }

  /** The node has left this address, or the connection is too old. */
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
      // The response came before all of its request had left: the rest would be read as the next request.
      if (this.#isUnsent) this.#lose(socket);
      else this.#send(socket);
    });
  }

  #send(socket: Socket): void {
    const handler = this.#handler;
    if (handler === undefined) return;
    if (this.#target.isHeld?.() === true) return this.#drop()?.onLost(HELD);
    this.#stage = 'sent';
    const isHead = typeof this.#request === 'string' && this.#request.startsWith('HEAD ');
    this.#reader.begin(handler.answerBytesMax, isHead);
    handler.onSent();
    socket.ref();
    this.#stream?.write(this.#request);
    this.#request = '';
  }

  #read(socket: Socket, piece: string): void {
    // The bytes were read before the reset.
    if (socket !== this.#socket) return;
    // No request is open. The bytes would be taken for the response to the next one.
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
    // A part of the request has not left yet, and must not leave now. TLS knows that only one turn later.
    const isEarly = !this.#isSecure && this.#isUnsent;
    if (isEarly) this.#reset(socket);
    const handler = this.#take();
    if (answer.keepMs === 0 || isEarly) this.#drop();
    else this.#keep(socket, answer.keepMs);
    // Last, since the handler may send the next request.
    handler?.onAnswer(answer);
  }

  /** Whether a part of the written bytes has not left yet. */
  get #isUnsent(): boolean {
    return (this.#stream?.writableLength ?? 0) > 0;
  }

  /** A connection that carries nothing does not keep its thread alive. */
  #keep(socket: Socket, keepMs: number): void {
    socket.unref();
    const stream = this.#stream ?? socket;
    if (stream.timeout !== keepMs) stream.setTimeout(keepMs);
  }

  #lose(socket: Socket, loss = CLOSED): void {
    if (socket !== this.#socket) return void socket.destroy();
    // The node closed the connection while it was idle. Nothing was written: a new connection will do.
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
