/** One HTTP request as bytes of the test's choice, on a connection of its own. */
import { connect } from 'node:net';

const ANSWER_MS_MAX = 10_000;

export interface RawReply {
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  /** Status line and headers. */
  readonly head: string;
  readonly body: string;
}

/**
 * Sends the lines, an empty one behind them and the body, and reads until the server closes. Lines that begin a request
 * of HTTP/1.1 need `Connection: close`.
 */
export function rawHttp(
  { host = '127.0.0.1', port }: { readonly host?: string; readonly port: number },
  lines: readonly string[],
  body = '',
): Promise<RawReply> {
  const { promise, resolve, reject } = Promise.withResolvers<RawReply>();
  const socket = connect({ host, port });
  let text = '';
  socket.setEncoding('latin1').setTimeout(ANSWER_MS_MAX, () => {
    socket.destroy(new Error(`no answer to ${lines[0]}`));
  });
  socket.on('data', (part: string) => {
    text += part;
  });
  socket.on('error', reject);
  socket.on('close', () => {
    const [head = '', ...rest] = text.split('\r\n\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0);
    resolve({ status, head, body: rest.join('\r\n\r\n') });
  });
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
  return promise;
}

/** The lines of a request with these headers, each as it is sent. */
export function requestLines(target: string, headers: readonly string[], method = 'GET'): string[] {
  return [`${method} ${target} HTTP/1.1`, ...headers, 'Connection: close'];
}
