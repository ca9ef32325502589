/**
 * References to secrets, `${env:NAME}` and `${file:PATH}`, and the secrets themselves. No error from here holds a
 * secret.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { codeOf } from '../../base/error-fields.ts';

/** Tokens and passwords are short; a PEM file with a chain of certificates is not. */
const BYTES_MAX = 256 * 1024;
const REFERENCE = /\$\{(env|file):([^{}]+)\}/g;
/** What may stand in a header (RFC 9110, section 5.5), ASCII only. */
const LEGIBLE = /^[\x20-\x7e]+$/;
const READABLE_BY_ALL = 0o004;
const WRITABLE_BY_ALL = 0o002;

/** A secret cannot be read. The message continues a sentence that begins with the place of the reference. */
export class SecretFault extends Error {
  override readonly name = 'SecretFault';
  readonly hint: string | undefined;

  constructor(message: string, { hint, cause }: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause });
    this.hint = hint;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

export function hasReference(text: string): boolean {
  return text.includes('${');
}

/** Why these are no references, or undefined if they are, or if there are none. */
export function referenceFault(text: string): string | undefined {
  const rest = text.replaceAll(REFERENCE, '');
  return rest.includes('${')
    ? 'holds a ${…} that is neither ${env:NAME} nor ${file:PATH}'
    : undefined;
}

/** The same text with each file named as `name` has it. */
export function renameFiles(text: string, name: (path: string) => string): string {
  return text.replaceAll(REFERENCE, (whole, kind: string, path: string) =>
    kind === 'file' ? `\${file:${name(path)}}` : whole,
  );
}

export function filesIn(text: string): readonly string[] {
  return [...text.matchAll(REFERENCE)].flatMap(([, kind, path = '']) =>
    kind === 'file' ? [path] : [],
  );
}

/** A text with its secrets filled in, and the secrets. */
export interface Resolved {
  readonly text: string;
  readonly secrets: readonly string[];
}

/** @throws SecretFault */
export function resolveSecrets(text: string, env: Environment): Resolved {
  const secrets: string[] = [];
  const whole = text.replaceAll(REFERENCE, (_, kind: string, name: string) => {
    const secret = kind === 'env' ? readVariable(name, env) : readSecretFile(name).trim();
    if (secret === '') throw new SecretFault(`names ${placeOf(kind, name)}, which is empty`);
    if (!LEGIBLE.test(secret)) {
      const fault = 'which holds a line break or a character that is not ASCII';
      throw new SecretFault(`names ${placeOf(kind, name)}, ${fault}`);
    }
    secrets.push(secret);
    return secret;
  });
  return { text: whole, secrets };
}

function placeOf(kind: string, name: string): string {
  return kind === 'env' ? `the variable ${name}` : `the file ${name}`;
}

function readVariable(name: string, env: Environment): string {
  const value = env[name];
  if (value === undefined) throw new SecretFault(`names the variable ${name}, which is not set`);
  return value;
}

/**
 * A file that only its owner and group may read.
 *
 * @throws SecretFault
 */
export function readSecretFile(path: string): string {
  return readGuarded(path, (mode) => {
    if ((mode & READABLE_BY_ALL) !== 0) return 'which all users of this machine can read';
    return (mode & WRITABLE_BY_ALL) === 0 ? undefined : 'which all users of this machine can write';
  });
}

/**
 * A certificate: any user may read it, but only its owner and group may replace it.
 *
 * @throws SecretFault
 */
export function readPublicFile(path: string): string {
  return readGuarded(path, (mode) =>
    (mode & WRITABLE_BY_ALL) === 0 ? undefined : 'which all users of this machine can write',
  );
}

function readGuarded(path: string, faultOf: (mode: number) => string | undefined): string {
  let descriptor: number | undefined;
  try {
    // Not blocking: opening a pipe without a writer would block the thread.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new SecretFault(`names ${path}, which is not a file`);
    const fault = faultOf(stats.mode);
    if (fault !== undefined) {
      throw new SecretFault(`names the file ${path}, ${fault}`, { hint: `chmod o-rwx ${path}` });
    }
    if (stats.size > BYTES_MAX) {
      throw new SecretFault(`names the file ${path}, which is larger than ${BYTES_MAX} bytes`);
    }
    return readFileSync(descriptor, 'utf8');
  } catch (error) {
    if (error instanceof SecretFault) throw error;
    const code = codeOf(error);
    const why = `which can't be read: ${code ?? 'unknown'}`;
    throw new SecretFault(`names the file ${path}, ${why}`, { cause: error });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
