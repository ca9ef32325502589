/** Numbers as values of options. */
import { UsageError } from '../exit-code.ts';

/** @throws UsageError that names the option, the bounds and the value */
export function wholeNumber(option: string, text: string, most = Number.MAX_SAFE_INTEGER): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count >= 1 && count <= most) return count;
  const bounds = most === Number.MAX_SAFE_INTEGER ? 'above 0' : `from 1 to ${most}`;
  throw new UsageError(`--${option} must be a whole number ${bounds}, not "${text}"`);
}

/** @throws UsageError that names the option and the value */
export function numberAboveZero(option: string, text: string): number {
  const amount = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (amount > 0) return amount;
  throw new UsageError(`--${option} must be a number above 0, not "${text}"`);
}
