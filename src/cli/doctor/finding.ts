/** What one check of `lockstep doctor` found. */

export type Level = 'ok' | 'warn' | 'fail';

/** `warn`: it works, and should not stay so. `fail`: something does not work. */
export interface Finding {
  /** What was looked at: `journal`, `node node01`. */
  readonly check: string;
  readonly level: Level;
  readonly message: string;
  /** What to do about it; where nothing is to be done there is none. */
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
