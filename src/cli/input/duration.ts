/** Durations as text, read and written. */
import { UsageError } from '../exit-code.ts';

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Milliseconds: `1500ms`, `1.5s`, `2m`, `1h`, `7d`. A number alone is rejected: it could mean
 * milliseconds or days.
 */
export function durationMs(option: string, text: string): number {
  const { amount, unit } = /^(?<amount>\d+(\.\d+)?)(?<unit>ms|s|m|h|d)?$/.exec(text)?.groups ?? {};
  const ms = Math.round(Number(amount) * (UNITS_MS[unit ?? 'ms'] ?? Number.NaN));
  if (!(ms > 0)) {
    const units = 'a number followed by ms, s, m, h or d';
    throw new UsageError(
      `--${option} must be a duration, like 1500ms or 30s: ${units}, not "${text}"`,
    );
  }
  if (unit === undefined) {
    const spellings = ['ms', 's', 'm'].map((one) => `${text}${one}`).join(', ');
    throw new UsageError(
      `--${option} needs a unit: ${spellings}, ${text}h or ${text}d, not "${text}"`,
    );
  }
  return ms;
}

/** For a narrow column: `45s`, `3m12s`, `2h5m`, `3d4h`. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const amounts = [
    ['d', Math.floor(seconds / 86_400)],
    ['h', Math.floor(seconds / 3600) % 24],
    ['m', Math.floor(seconds / 60) % 60],
    ['s', seconds % 60],
  ] as const;
  const first = amounts.findIndex(([, amount]) => amount > 0);
  return amounts
    .slice(first, first + 2)
    .map(([unit, amount]) => (amount === 0 ? '' : `${amount}${unit}`))
    .join('');
}
