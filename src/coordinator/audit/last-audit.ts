/** The latest audit of all keys, as a value in the journal. */

/** Its name. */
export const LAST_AUDIT = 'audit';

export interface LastAudit {
  /** When it ended, or when the daemon was first started, steady ms. */
  readonly at: number;
  /** Keys on which nodes differed from the journal; absent: there was no audit yet. */
  readonly divergent?: number;
}

export function encodeLastAudit({ at, divergent }: LastAudit): string {
  return JSON.stringify({ at: Math.round(at), divergent });
}

/** Undefined if the value is corrupt. A time ahead, by the clock of an earlier life, was now at the latest. */
export function decodeLastAudit(value: string, now: number): LastAudit | undefined {
  const { at, divergent } = parse(value);
  if (!isCount(at)) return undefined;
  return { at: Math.min(at, now), ...(isCount(divergent) ? { divergent } : {}) };
}

function parse(value: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(value) ?? {};
  } catch {
    return {};
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
