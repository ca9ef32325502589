/** Figures for people: with a unit, short, and of the same width while they change. */
const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const ONE_DECIMAL = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const TWO_DECIMALS = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function countText(count: number): string {
  return WHOLE.format(count);
}

/** Three digits or so, however large. */
export function shortText(value: number): string {
  if (value === 0) return '0';
  if (value < 1) return TWO_DECIMALS.format(value);
  return value < 10 ? ONE_DECIMAL.format(value) : WHOLE.format(value);
}

/** `1 command`, `2 commands`. */
export function pluralText(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  return `${shortText(bytes / 1024 ** power)} ${UNITS[power]}`;
}

export function shareText(share: number): string {
  return `${WHOLE.format(share * 100)} %`;
}

/** One unit: the age of a row in a table. */
export function ageText(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  return ms < DAY ? `${Math.floor(ms / HOUR)} h` : `${Math.floor(ms / DAY)} d`;
}
