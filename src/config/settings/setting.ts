/** One setting: its schema, and one given value read by it. */
import { z } from 'zod';
import type { Problem } from '../problem.ts';
import { type ReadSettings, type SettingKey, settingsSchema } from '../schema.ts';
import { convertText, meantNumber } from '../sources/conversion.ts';
import { issueText } from './issue-text.ts';
import { type SettingDoc, settingDocs } from './setting-docs.ts';
import { suggestion } from './suggestion.ts';

/** A given value and its source. `text`: from the environment or the command line. */
export interface Given {
  readonly key: SettingKey;
  readonly source: string;
  readonly form: 'text' | 'file';
  readonly value: unknown;
}

export type ReadValue =
  | { readonly ok: true; readonly value: ReadSettings[SettingKey] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function docOf(key: SettingKey): SettingDoc {
  const doc = settingDocs.get(settingsSchema.shape[key]);
  if (doc === undefined) throw new Error(`the setting ${key} has no description`);
  return doc;
}

/** The schema of the value itself, without its default. */
function valueSchema(key: SettingKey): z.ZodType {
  return settingsSchema.shape[key].unwrap();
}

/** The allowed values as text: `a whole number from 1 to 28000 (ms)`. */
export function allowedText(key: SettingKey): string {
  const { allowed, unit } = docOf(key);
  if (allowed !== undefined) return allowed;
  const schema = valueSchema(key);
  if (schema instanceof z.ZodEnum) return schema.options.join(', ');
  if (schema instanceof z.ZodBoolean) return 'true, false';
  if (schema instanceof z.ZodNumber) {
    const what = schema.isInt ? 'a whole number' : 'a number';
    const range = `${what} from ${schema.minValue} to ${schema.maxValue}`;
    return unit === undefined ? range : `${range} (${unit})`;
  }
  throw new Error(`the setting ${key} does not say what it allows`);
}

export function readGiven(given: Given): ReadValue {
  const { key, source, form } = given;
  const schema = valueSchema(key);
  const allowed = allowedText(key);
  const converted =
    form === 'text'
      ? convertText(String(given.value), schema, docOf(key).unit)
      : { ok: true as const, value: given.value };
  if (!converted.ok) {
    const { message, hint } = converted;
    return { ok: false, problems: [{ source, message, allowed, hint }] };
  }
  // Without its input no message can show it.
  const { secret, holdsSecret } = docOf(key);
  const isText = typeof converted.value === 'string';
  const reportInput = secret !== true && !(holdsSecret === true && isText);
  const result = schema.safeParse(converted.value, { reportInput });
  if (result.success) return { ok: true, value: result.data as ReadSettings[SettingKey] };
  return { ok: false, problems: issueProblems(result.error.issues, { ...given, allowed }) };
}

/** A whole number that is too large breaks two rules of the schema; one is reported. */
function issueProblems(
  issues: readonly z.core.$ZodIssue[],
  given: Given & { readonly allowed: string },
): readonly Problem[] {
  const problems = new Map<string, Problem>();
  for (const issue of issues) {
    const source = given.source + pathText(issue.path, given.form);
    const hidden = docOf(given.key).secret === true && issue.code === 'invalid_type';
    const message = hidden ? 'is not text' : issueText(issue);
    const fault = `${source} ${issue.code === 'custom' ? message : issue.code}`;
    if (problems.has(fault)) continue;
    problems.set(fault, { source, message, allowed: given.allowed, hint: hintOf(issue, given) });
  }
  return [...problems.values()];
}

/** In a file the path to the value; in a text the number of the entry, counted from 1. */
function pathText(path: readonly PropertyKey[], form: Given['form']): string {
  const [index, ...rest] = path;
  if (form === 'text' && typeof index === 'number') {
    return [`, entry ${index + 1}`, ...rest.map(String)].join(', ');
  }
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
}

function hintOf(issue: z.core.$ZodIssue, { key, form }: Given): string | undefined {
  const { input } = issue;
  if (issue.code === 'invalid_value' && typeof input === 'string') {
    const meant = suggestion(input, issue.values.map(String));
    return meant === undefined ? undefined : `Did you mean ${JSON.stringify(meant)}?`;
  }
  if (issue.code !== 'invalid_type' || form === 'text' || issue.path.length > 0) return undefined;
  if (issue.expected === 'string') return 'Put it in quotes.';
  if (typeof input !== 'string') return undefined;
  const meant = meantNumber(input, docOf(key).unit);
  return meant === undefined ? undefined : `Write ${meant}, without quotes.`;
}
