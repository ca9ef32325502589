/**
 * One GET to a server of the daemon on this machine. Its certificate is shown and not trusted or refused: it may be for
 * other names than this address. No secret is sent.
 */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { causeOf, readStart } from '../http.ts';

export type Reply =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: string;
      /** The SHA-256 fingerprint of the certificate that it shows; undefined over plain HTTP. */
      readonly certificate: string | undefined;
    }
  | { readonly kind: 'silent'; readonly why: string };

/** @param url of `http:` or `https:` */
export async function askOwnServer(url: string, timeoutMs: number): Promise<Reply> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await answerOf(url, signal);
    const { socket, statusCode: status = 0 } = answer;
    const certificate = (socket as Partial<TLSSocket>).getPeerCertificate?.().fingerprint256;
    return { kind: 'answered', status, body: await readStart(answer), certificate };
  } catch (error) {
    const why = causeOf(signal.aborted ? signal.reason : error, timeoutMs);
    return { kind: 'silent', why: why === 'EPROTO' ? 'it does not speak TLS' : why };
  }
}

function answerOf(url: string, signal: AbortSignal): Promise<IncomingMessage> {
  const isSecure = url.startsWith('https:');
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const options = { agent: false, signal } as const;
  const sent = isSecure
    ? requestHttps(url, { ...options, rejectUnauthorized: false }, resolve)
    : requestHttp(url, options, resolve);
  sent.on('error', reject).end();
  return promise;
}
