/** A private authority, with a certificate for the servers of this machine and one for whoever calls them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Authority {
  readonly ca: string;
  readonly server: { readonly cert: string; readonly key: string; readonly both: string };
  /** As the configuration of a node names them. */
  readonly client: { readonly ca: string; readonly cert: string; readonly key: string };
}

export function opensslMissing(): string | undefined {
  const { error } = spawnSync('openssl', ['version']);
  return error === undefined ? undefined : 'openssl is not installed';
}

const NEW_KEY = 'req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'.split(' ');

/** Paths of PEM files below this folder. */
export function makeAuthority(folder: string): Authority {
  const below = join(folder, 'authority');
  mkdirSync(below);
  const file = (name: string) => join(below, name);
  const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: 'pipe' });
  const [ca, caKey] = [file('ca.pem'), file('ca.key')];
  const subject = ['-subj', '/CN=an authority of a test'];
  openssl(...NEW_KEY, '-x509', '-days', '2', ...subject, '-keyout', caKey, '-out', ca);
  const issue = (name: string) => {
    const [cert, key, asked] = [file(`${name}.pem`), file(`${name}.key`), file(`${name}.csr`)];
    const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
    openssl(...NEW_KEY, ...names, '-keyout', key, '-out', asked);
    const signed = ['-req', '-in', asked, '-CA', ca, '-CAkey', caKey, '-CAcreateserial'];
    openssl('x509', ...signed, '-copy_extensions', 'copy', '-days', '2', '-out', cert);
    // Others may not read it, or it is refused.
    chmodSync(key, 0o600);
    return { cert, key };
  };
  const server = issue('server');
  const both = file('both.pem');
  writeFileSync(both, readFileSync(server.cert, 'utf8') + readFileSync(server.key, 'utf8'));
  return { ca, server: { ...server, both }, client: { ca, ...issue('client') } };
}
