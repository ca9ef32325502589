/**
 * A connection to one node: kept between exchanges, made anew when it is needed and there is none.
 * One exchange at a time, one `write` a request, no stream and no promise: three POSTs cost a third
 * of what they cost by undici (docs/decisions/032-own-connections.md).
 *
 * It repeats nothing. What it was given is sent once or not at all, and its carrier hears of each
 * exchange once: by an answer or by a loss, unless it abandons it.
 */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Response, ResponseReader } from './response-reader.ts';

/** Whose request a connection carries. */
export interface Carried {
  readonly answerBytesMax: number;
  /** Its request leaves now; from here on it may be read, whatever follows. */
  onSent(): void;
  /** The connection is free again, or closed. */
  onAnswer(answer: Response): void;
  /** The connection is gone. */
  onLost(why: string): void;
}

export interface Target {
  /** Whose origin counts. */
  readonly url: URL;
  readonly connectTimeoutMs: number;
}

/**
 * What is read is a string before the next read begins, so that all connections of a thread can read
 * into one place: libuv asks for it right before it reads. As large as Node's own.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

export class Connection {
  readonly #target: Target;
  readonly #reader = new ResponseReader();
  #socket: Socket | undefined;
  /** What the socket's own timer is set to. */
  #keepMs = 0;
  #request = '';
  #carried: Carried | undefined;
  #isClosed = false;

  constructor(target: Target) {
    this.#target = target;
  }

  /** Only when it carries nothing. */
  carry(request: string, carried: Carried): void {
    if (this.#isClosed) return carried.onLost('the connection was closed');
    this.#request = request;
    this.#carried = carried;
    if (this.#socket === undefined) this.#connect();
    else this.#send(this.#socket);
  }

  /**
   * Its carrier does not want to hear of it any more. The connection is reset, so that bytes that
   * have not left this machine never do: a plain close would deliver what the kernel has buffered.
   */
  abandon(carried: Carried): void {
    if (this.#carried === carried) this.#reset();
  }

  /** For good; what is under way is lost. */
  close(): void {
    this.#isClosed = true;
    const carried = this.#reset();
    carried?.onLost('the connection was closed');
  }

  #connect(): void {
    const { url, connectTimeoutMs } = this.#target;
    const socket: Socket = openSocket(url, (piece) => this.#read(socket, piece));
    this.#socket = socket;
    let isConnected = false;
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      isConnected = true;
      socket.setTimeout(0);
      this.#keepMs = 0;
      if (socket === this.#socket) this.#send(socket);
    });
    socket.setTimeout(connectTimeoutMs);
    socket.on('timeout', () => {
      if (!isConnected) this.#lose(socket, `no connection within ${connectTimeoutMs} ms`);
      // Idle for too long. In an exchange its own timer decides.
      else if (this.#carried === undefined) this.#lose(socket, '');
    });
    socket.on('end', () => this.#end(socket));
    socket.on('error', (error) => this.#lose(socket, tell(error)));
    socket.on('close', () => this.#lose(socket, 'the connection was lost'));
  }

  #send(socket: Socket): void {
    const carried = this.#carried;
    if (carried === undefined) return;
    this.#reader.begin(carried.answerBytesMax);
    carried.onSent();
    socket.write(this.#request);
    this.#request = '';
  }

  #read(socket: Socket, piece: string): void {
    // It was reset, and this had been read before.
    if (socket !== this.#socket) return;
    // Nobody asked for it. Whose answer would the next one be?
    if (this.#carried === undefined) return this.#lose(socket, '');
    const answer = this.#reader.push(piece);
    if (answer === undefined) return;
    if ('fault' in answer) this.#reset()?.onLost(answer.fault);
    else this.#answer(socket, answer);
  }

  #end(socket: Socket): void {
    if (socket !== this.#socket || this.#carried === undefined) return this.#lose(socket, '');
    const answer = this.#reader.end();
    if ('fault' in answer) this.#lose(socket, answer.fault);
    else this.#answer(socket, answer);
  }

  #answer(socket: Socket, answer: Response): void {
    const carried = this.#carried;
    this.#carried = undefined;
    // An answer to a request that has not left yet: would the node read the rest as the next one?
    if (answer.keepMs === 0 || socket.writableLength > 0) this.#lose(socket, '');
    else if (answer.keepMs !== this.#keepMs) {
      this.#keepMs = answer.keepMs;
      socket.setTimeout(answer.keepMs);
    }
    // Last, since it may have the next request with it.
    carried?.onAnswer(answer);
  }

  #lose(socket: Socket, why: string): void {
    socket.destroy();
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#take()?.onLost(why);
  }

  #reset(): Carried | undefined {
    const socket = this.#socket;
    this.#socket = undefined;
    // TLS can't be reset: what it has encrypted is out of our hands. It is in doubt all the same.
    if (socket?.connecting || this.#target.url.protocol === 'https:') socket?.destroy();
    else socket?.resetAndDestroy();
    return this.#take();
  }

  #take(): Carried | undefined {
    const carried = this.#carried;
    this.#carried = undefined;
    return carried;
  }
}

function openSocket({ protocol, hostname, port }: URL, hear: (piece: string) => void): Socket {
  const host = hostname.replace(/^\[|\]$/g, '');
  const callback = (length: number) => {
    hear(READ_BUFFER.toString('latin1', 0, length));
    return true;
  };
  const options = { host, onread: { buffer: READ_BUFFER, callback } };
  const isSecure = protocol === 'https:';
  const socket = isSecure
    ? connectTls({
        ...options,
        port: Number(port || 443),
        servername: isIP(host) === 0 ? host : '',
        ALPNProtocols: ['http/1.1'],
      })
    : connect({ ...options, port: Number(port || 80) });
  return socket.setNoDelay(true);
}

function tell(error: NodeJS.ErrnoException): string {
  const inner =
    error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined;
  const { message } = inner ?? error;
  return error.code === undefined || message.includes(error.code)
    ? message
    : `${error.code} ${message}`;
}
