/** Problems that the schema found, as text that reads on from the name of the setting. */
import type { z } from 'zod';
import { shownUrl } from '../../base/shown-url.ts';

const QUOTED_MAX = 100;

/**
 * `"5s" is not a number`, `is missing`, `"http://***@host" holds credentials`
 *
 * @param isHidden the value may be secret, and is not shown
 */
export function issueText(issue: z.core.$ZodIssue, { isHidden = false } = {}): string {
  const { input } = issue;
  if (isHidden && issue.code === 'invalid_type' && input !== undefined) {
    return `is not ${expected(issue)}`;
  }
  const predicate = predicateOf(issue);
  if (isHidden || issue.code === 'invalid_type' || !isScalar(input)) return predicate;
  return `${quoted(input)} ${predicate}`;
}

function predicateOf(issue: z.core.$ZodIssue): string {
  const { input } = issue;
  switch (issue.code) {
    case 'invalid_type':
      return input === undefined ? 'is missing' : `is ${kindOf(input)}, not ${expected(issue)}`;
    case 'invalid_value':
      return input === undefined ? 'is missing' : `is not ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      if (issue.origin === 'string') return 'is empty';
      return ownMessage(issue) ?? `is less than ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `is longer than ${issue.maximum} characters`;
      return ownMessage(issue) ?? `is more than ${issue.maximum}`;
    case 'invalid_union':
      return ownMessage(issue) ?? unionText(issue);
    default:
      return issue.message;
  }
}

/** The library names the values of a member that chooses between forms: `Expected 'page' | 'link'`. */
function unionText({ message }: z.core.$ZodIssue): string {
  const [, values] = /Expected (.+)$/.exec(message) ?? [];
  if (values === undefined) return 'has none of the allowed forms';
  return `is not ${values.replaceAll("'", '').replaceAll(' | ', ', ')}`;
}

/** The schema's own message, if it has one: those of the library begin with a capital. */
function ownMessage({ message }: z.core.$ZodIssue): string | undefined {
  return /^[a-z]/.test(message) ? message : undefined;
}

const KINDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function expected(issue: z.core.$ZodIssueInvalidType): string {
  return KINDS[issue.expected] ?? issue.expected;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text ${quoted(value)}`;
  return isScalar(value) ? String(value) : 'an object';
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** A value for display: short, on one line, without credentials. */
export function quoted(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const open = shownUrl(value.replaceAll(/\/\/\S*@/g, '//***@'));
  return JSON.stringify(open.length > QUOTED_MAX ? `${open.slice(0, QUOTED_MAX)}…` : open);
}
