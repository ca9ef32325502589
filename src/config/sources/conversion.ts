/**
 * Numbers from the environment and the command line: decimal digits and nothing else. For any other
 * text there is a hint, never a guess.
 */
import { z } from 'zod';
import { quoted } from '../settings/issue-text.ts';

const WHOLE = /^-?(?:0|[1-9]\d{0,15})$/;
const DECIMAL = /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?$/;

const UNITS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ms: { ms: 1, s: 1000, sec: 1000, m: 60_000, min: 60_000, h: 3_600_000 },
  bytes: { b: 1, k: 1024, kb: 1024, kib: 1024, m: 1024 ** 2, mb: 1024 ** 2, mib: 1024 ** 2 },
  hours: { h: 1, hours: 1, d: 24, days: 24 },
  days: { d: 1, days: 1, w: 7 },
};

export type Converted =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

/** Converts text for the schema; only numbers, true and false differ from text. */
export function convertText(text: string, schema: z.ZodType, unit?: string): Converted {
  if (text === '') {
    return { ok: false, message: 'is set, but empty', hint: 'Unset it to get the default.' };
  }
  if (schema instanceof z.ZodBoolean) return convertTruth(text);
  if (!(schema instanceof z.ZodNumber)) return { ok: true, value: text };
  const whole = schema.isInt;
  if ((whole ? WHOLE : DECIMAL).test(text)) return { ok: true, value: Number(text) };
  const message = `${quoted(text)} is not a ${whole ? 'whole ' : ''}number in digits`;
  const meant = meantNumber(text, unit);
  return meant === undefined || (whole && !Number.isSafeInteger(meant))
    ? { ok: false, message }
    : { ok: false, message, hint: `Write ${meant}.` };
}

function convertTruth(text: string): Converted {
  if (text === 'true' || text === 'false') return { ok: true, value: text === 'true' };
  return { ok: false, message: `${quoted(text)} is neither true nor false` };
}

/** `5s` of milliseconds is 5000, `1_000` is 1000, ` 5` is 5; undefined if it would be a guess. */
export function meantNumber(text: string, unit = ''): number | undefined {
  const bare = text
    .trim()
    .toLowerCase()
    .replaceAll(/(?<=\d)[_'](?=\d)/g, '');
  const parts = /^(?<digits>[\d.]+)\s*(?<suffix>[a-z]+)$/.exec(bare)?.groups;
  const factor = UNITS[unit]?.[parts?.['suffix'] ?? ''];
  const value = factor === undefined ? Number(bare) : Number(parts?.['digits']) * factor;
  return bare === '' || !Number.isFinite(value) ? undefined : value;
}
