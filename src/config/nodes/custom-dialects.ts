/**
 * Dialects of the configuration file, by name. Each is complete, or `extends` one that ships and
 * names the differences only, member by member of `create`, `delete` and so on.
 */

import { z } from 'zod';
import { isObject } from '../../base/is-object.ts';
import type { Dialect } from '../../node/dialect/dialect.ts';
import { SHIPPED_DIALECTS } from '../../node/dialects/index.ts';
import { issueText } from '../settings/issue-text.ts';
import { dialectSchema } from './dialect-schema.ts';
import { oldMembers } from './old-dialect-members.ts';

const DIALECTS_MAX = 50;
const SHIPPED_NAMES = SHIPPED_DIALECTS.map(({ name }) => name);

type Fault = { readonly message: string; readonly path: readonly PropertyKey[] };
type Read = { readonly dialect: Dialect } | { readonly faults: readonly Fault[] };

/** Not a `z.record`: that drops the key `__proto__` silently. */
export const customDialects = z.unknown().transform((byName, context): readonly Dialect[] => {
  if (!isObject(byName)) {
    context.addIssue({ code: 'invalid_type', expected: 'object', input: byName });
    return z.NEVER;
  }
  const entries = Object.entries(byName);
  if (entries.length > DIALECTS_MAX) {
    context.addIssue({ code: 'custom', message: `holds more than ${DIALECTS_MAX} dialects` });
    return z.NEVER;
  }
  const dialects: Dialect[] = [];
  for (const [name, value] of entries) {
    const read = readDialect(name, value);
    if ('dialect' in read) dialects.push(read.dialect);
    else addFaults(context, name, read.faults);
  }
  return dialects;
});

function addFaults(context: z.RefinementCtx, name: string, faults: readonly Fault[]): void {
  for (const { message, path } of faults) {
    context.addIssue({ code: 'custom', message, path: [name, ...path], input: undefined });
  }
}

function readDialect(name: string, value: unknown): Read {
  if (SHIPPED_NAMES.includes(name)) return fault('is the name of a dialect that ships');
  if (!isObject(value)) return fault('is not an object');
  if (Object.hasOwn(value, 'name')) {
    return fault('is not written here: a dialect is named by its key', ['name']);
  }
  const { extends: baseName, ...own } = value;
  const base = SHIPPED_DIALECTS.find((shipped) => shipped.name === baseName);
  if (baseName !== undefined && base === undefined) {
    return fault(`is not one of ${SHIPPED_NAMES.join(', ')}`, ['extends']);
  }
  const old = oldMembers(own);
  if (old.length > 0) return { faults: old };
  const whole = { ...merged(base ?? {}, own), name };
  const result = dialectSchema.safeParse(whole, { reportInput: true });
  if (result.success) return { dialect: result.data };
  return { faults: faultsOf(result.error.issues) };
}

/** All missing members are one problem: usually `extends` is missing. */
function faultsOf(issues: readonly z.core.$ZodIssue[]): readonly Fault[] {
  const isMissing = ({ code, path, input }: z.core.$ZodIssue) =>
    code === 'invalid_type' && path.length === 1 && input === undefined;
  const missing = issues.filter(isMissing).map(({ path }) => String(path[0]));
  const faults: Fault[] = issues
    .filter((issue) => !isMissing(issue))
    // Its name is its key, not a member.
    .map((issue) => ({
      message: issueText(issue),
      path: issue.path.filter((at) => at !== 'name'),
    }));
  if (missing.length > 0) {
    const words = `lacks ${missing.join(', ')}; or it extends ${SHIPPED_NAMES.join(' or ')}`;
    faults.push({ message: words, path: [] });
  }
  return faults;
}

function fault(message: string, path: readonly string[] = []): Read {
  return { faults: [{ message, path }] };
}

/**
 * Members of `create`, `keys` and so on replace inherited ones one by one. A value that follows
 * from another member is not inherited if that member is replaced.
 */
function merged(base: object, own: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const inherited = new Map<string, unknown>(Object.entries(base));
  // Not by assignment: `__proto__` has to stay a key, so that it is reported as unknown.
  const changes = Object.entries(own).map(([section, value]) => {
    const before = inherited.get(section);
    if (!isObject(before) || !isObject(value) || section === 'headers') return [section, value];
    const { contentType: _, ...rest } = before;
    return [section, { ...(Object.hasOwn(value, 'body') ? rest : before), ...value }];
  });
  const all: Record<string, unknown> = { ...base, ...Object.fromEntries(changes) };
  const { record, create } = all;
  if (!isObject(own['record']) || !isObject(record) || !isObject(create)) return all;
  const hasOwnKey = isObject(own['create']) && Object.hasOwn(own['create'], 'key');
  return hasOwnKey ? all : { ...all, create: { ...create, key: record['key'] } };
}
