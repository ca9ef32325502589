/** Classifies an error for its report. */
import { createHash } from 'node:crypto';

/**
 * Failures outside of the program: they are logged, and end the process or wait; there is no bug to
 * report.
 */
const DEPENDENCY_ERRORS = ['JournalError', 'StartError'];
const CAUSES_MAX = 10;

export function isDependencyFailure(error: unknown): boolean {
  return hasName(error, DEPENDENCY_ERRORS);
}

/**
 * Whether the error, or one of its causes, has one of these names. Errors of other threads keep
 * their names.
 */
export function hasName(error: unknown, names: readonly string[]): boolean {
  let at = error;
  for (let depth = 0; at instanceof Error && depth < CAUSES_MAX; depth++) {
    if (names.includes(at.name)) return true;
    at = at.cause;
  }
  return false;
}

/** The same text for the same fault: ids and times of the message are left out. */
export function fingerprint(error: unknown): string {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const place = stack?.split('\n').find((line) => /^\s+at /.test(line)) ?? '';
  const kind = message.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/gi, '#');
  return createHash('sha256')
    .update(`${name}\n${kind}\n${place.trim()}`)
    .digest('hex')
    .slice(0, 32);
}

const TEXT_CHARS_MAX = 1000;

/** Free text for services outside: without JSON bodies, owner marks and secrets. */
export function presentable(text: string, secrets: readonly string[]): string {
  const bare = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  return bare
    .replaceAll(/\{.*\}/gs, '{…}')
    .replaceAll(/\b\d{9,11}\.\d{6}\b/g, '[token]')
    .slice(0, TEXT_CHARS_MAX);
}
