/** The operators' port of the daemon: do health and readiness answer, and with which certificate? */
import { X509Certificate } from 'node:crypto';
import { readOpsCertificate } from '../../../config/machine/ops-certificate.ts';
import type { Settings } from '../../../config/schema.ts';
import { plain } from '../../output/terminal.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';
import { askOwnServer, type Reply } from './own-server.ts';

const CHECK = 'operators';
const ANY_ADDRESS = ['0.0.0.0', '::'];
const SOON_DAYS = 14;
const DAY_MS = 24 * 60 * 60 * 1000;

type Port = Pick<Settings, 'opsHost' | 'opsPort' | 'opsTlsCert' | 'opsTlsKey'>;

export async function checkOpsPort(port: Port, timeoutMs: number): Promise<readonly Finding[]> {
  const host = ANY_ADDRESS.includes(port.opsHost) ? '127.0.0.1' : port.opsHost;
  const scheme = port.opsTlsCert === undefined ? 'http' : 'https';
  const url = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port.opsPort}`;
  const [health, readiness] = await Promise.all([
    askOwnServer(`${url}/healthz`, timeoutMs),
    askOwnServer(`${url}/readyz`, timeoutMs),
  ]);
  return [
    checkAnswer(`${url}/healthz`, health, 'Its supervisor should restart it.'),
    checkAnswer(`${url}/readyz`, readiness, 'Remove the cause that it names.'),
    ...checkCertificate(port, health),
  ];
}

function checkAnswer(url: string, reply: Reply, todo: string): Finding {
  if (reply.kind === 'silent') {
    const hint = 'Start the daemon, or correct LOCKSTEP_OPS_HOST, _PORT and _TLS_CERT.';
    return fail(CHECK, `${url}: ${reply.why}`, hint);
  }
  if (reply.status === 200) return ok(CHECK, `${url} answers 200`);
  const { pathname } = new URL(url);
  return fail(CHECK, `${pathname} answers ${reply.status}: ${plain(reply.body)}`, todo);
}

/** @param reply with the certificate that the daemon shows now */
function checkCertificate(port: Port, reply: Reply): readonly Finding[] {
  const sources = { opsTlsCert: 'LOCKSTEP_OPS_TLS_CERT', opsTlsKey: 'LOCKSTEP_OPS_TLS_KEY' };
  const read = readOpsCertificate(port, sources);
  // Files that cannot be used are a problem of the configuration already.
  if (!read.ok || read.pair === undefined) return [];
  const { validTo, fingerprint256 } = new X509Certificate(read.pair.cert);
  const found: Finding[] = [];
  const leftMs = Date.parse(validTo) - Date.now();
  const renew = 'Renew LOCKSTEP_OPS_TLS_CERT; the daemon reads it again by itself.';
  if (leftMs < 0) found.push(fail(CHECK, `the certificate expired (${validTo})`, renew));
  else if (leftMs < SOON_DAYS * DAY_MS) {
    found.push(warn(CHECK, `the certificate expires soon (${validTo})`, renew));
  }
  if (reply.kind === 'answered' && reply.certificate !== fingerprint256) {
    const text = 'the daemon still shows another certificate than LOCKSTEP_OPS_TLS_CERT has';
    const hint = 'It reads the file every two seconds; if it cannot, its log says why.';
    found.push(warn(CHECK, text, hint));
  }
  return found;
}
