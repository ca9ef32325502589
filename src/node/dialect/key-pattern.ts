/**
 * The pattern of a dialect's keys, matched in time that is linear in the key (RE2). Clients choose the keys, and a
 * regular expression that backtracks takes hours for some of them: `(a+)+b` for 40 letters (P9).
 */
import { RE2JS } from 're2js';

/**
 * @returns whether the whole key matches
 * @throws SyntaxError whose message reads on from `keys.pattern`
 */
export function compileKeyPattern(pattern: string): (key: string) => boolean {
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    return (key) => compiled.testExact(key);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : '';
    throw new SyntaxError(`is not a regular expression of RE2 (${why})`, { cause: error });
  }
}
