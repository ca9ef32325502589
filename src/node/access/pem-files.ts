/**
 * The PEM files of a node's TLS. OpenSSL takes a `ca` file without any certificate as it is: no node would be trusted,
 * and no start would say why. So each file is read as what it must be.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { messageOf } from '../../base/error-fields.ts';
import type { NodeAccess } from './access.ts';
import { readPublicFile, readSecretFile, SecretFault } from './secret.ts';

const CERTIFICATE = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]*-----END \1-----/g;

type Member = 'ca' | 'cert' | 'key';
export type PemFiles = Readonly<Partial<Record<Member, string>>>;

/** Undefined: Node's own authorities, and no client certificate. Faults of a file are those of its place. */
export function readPem(
  { url, tls }: Pick<NodeAccess, 'url' | 'tls'>,
  attempt: (place: string, act: () => string) => string | undefined,
): PemFiles | undefined {
  const { ca, cert, key } = tls ?? {};
  if (!url.startsWith('https:') || (ca ?? cert ?? key) === undefined) return undefined;
  const files: Partial<Record<Member, string>> = {};
  for (const [member, path] of Object.entries({ ca, cert, key })) {
    if (path === undefined) continue;
    const text = attempt(`tls.${member}`, () =>
      member === 'key' ? readKey(path) : readCertificates(path),
    );
    if (text !== undefined) files[member as Member] = text;
  }
  return files;
}

function readCertificates(path: string): string {
  const text = readPublicFile(path);
  const blocks = text.match(CERTIFICATE) ?? [];
  if (
    blocks.length === 0 ||
    !blocks.every((block) => isReadable(() => new X509Certificate(block)))
  ) {
    throw new SecretFault(`names the file ${path}, which holds no certificate in PEM`);
  }
  return text;
}

function readKey(path: string): string {
  const text = readSecretFile(path);
  if (isReadable(() => createPrivateKey(text))) return text;
  const why = 'which holds no private key in PEM, or one with a passphrase';
  throw new SecretFault(`names the file ${path}, ${why}`);
}

function isReadable(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    // The error itself may hold a part of a key.
    return false;
  }
}

/** @throws SecretFault if the files do not fit each other */
export function secureContextOf(files: PemFiles | undefined): SecureContext | undefined {
  if (files === undefined) return undefined;
  const { cert, key } = files;
  if (cert !== undefined && key !== undefined) {
    const isPair = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
    if (!isPair) throw new SecretFault('names a cert and a key that do not belong together');
  }
  try {
    return createSecureContext(files);
  } catch (error) {
    const message = messageOf(error);
    throw new SecretFault(`names files that can't be used: ${message}`, { cause: error });
  }
}
