/** The finding of one check of `lockstep doctor`. */

export type Level = 'ok' | 'warn' | 'fail';

/** `warn`: it works, but needs attention. `fail`: something does not work. */
export interface Finding {
  /** The subject: `journal`, `node node01`. */
  readonly check: string;
  readonly level: Level;
  readonly message: string;
  /** The remedy; absent if none is needed. */
  readonly hint?: string;
}

export function ok(check: string, message: string): Finding {
  return { check, level: 'ok', message };
}

export function warn(check: string, message: string, hint: string): Finding {
  return { check, level: 'warn', message, hint };
}

export function fail(check: string, message: string, hint: string): Finding {
  return { check, level: 'fail', message, hint };
}
