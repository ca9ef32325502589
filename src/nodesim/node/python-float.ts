/** Python's `float()` and `repr()`, as far as the `timestamp` header needs them. */

const NUMBER = /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/i;
const NAMED = /^([+-]?)(inf|infinity|nan)$/i;

/** The value of `float(text)`; undefined where Python raises ValueError. */
export function parsePythonFloat(text: string): number | undefined {
  const bare = text.trim();
  if (NUMBER.test(bare)) return Number(bare.replaceAll('_', ''));
  const named = NAMED.exec(bare);
  if (named === null) return undefined;
  if (named[2]?.toLowerCase() === 'nan') return Number.NaN;
  return named[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** A float as Python prints it: `5.0`, `1633786070.879454`, `1e+16`, `nan`. */
export function pythonFloatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.includes('.') ? text : `${text}.0`;
}
