/**
 * What a dialect from the configuration file may say. What a status may mean is bounded by what
 * HTTP lets it say, so that no file can make a 500 a success or a 502 an answer (P4).
 */
import { z } from 'zod';
import type { Dialect } from '../../node/dialect/dialect.ts';
import { strict } from '../settings/strict-object.ts';
import { plainName } from './node-list.ts';

/** In doubt in every dialect, whatever a file says. */
const DOUBTFUL: readonly number[] = [408, 425, 429];

const isSuccess = (status: number) => status >= 200 && status < 300;
const isRefusal = (status: number) => status >= 400 && status < 500 && !DOUBTFUL.includes(status);

const successes = statuses(isSuccess, '2xx');
const refusals = statuses(isRefusal, '4xx other than 408, 425 and 429');
const either = statuses(
  (status) => isSuccess(status) || isRefusal(status),
  '2xx, or 4xx other than 408, 425 and 429',
);
const some = 'names no status';

const mutation = { applied: successes.min(1, some), perhaps: either, unsure: refusals.default([]) };

const members = {
  name: plainName,
  proof: z.enum(['key', 'words', 'none']).default('words'),
  tokens: z.boolean(),
  tokenHeader: z.literal('timestamp').nullable(),
  nodeHeader: z.boolean(),
  create: call(['POST', 'PUT', 'PATCH'], mutation),
  delete: call(['DELETE', 'POST', 'PUT', 'PATCH'], { ...mutation, gone: either }),
  read: call(['GET'], { present: successes.min(1, some), absent: refusals.min(1, some) }),
  list: strict({ path: template(['after', 'limit']) }).nullable(),
  stats: strict({ path: template([]) })
    .nullable()
    .default(null),
  forbiddenCharacters: z
    .string()
    .max(100)
    .refine((text) => text.isWellFormed(), 'holds a lone surrogate'),
};

/** What may be written: the name stands before it, and `extends` is resolved before this. */
const WRITTEN = ['extends', ...Object.keys(members).filter((member) => member !== 'name')];

export const dialectSchema: z.ZodType<Dialect> = strict(members, WRITTEN).superRefine(
  (dialect, context) => {
    const fault = (message: string, path: string[]) =>
      context.addIssue({ code: 'custom', message, path });
    if (dialect.tokens !== (dialect.tokenHeader !== null)) {
      fault('does not fit tokens: with tokens it is "timestamp", without it is null', [
        'tokenHeader',
      ]);
    }
    for (const name of ['create', 'delete', 'read'] as const) {
      const { path, sendsBody, statuses: meanings } = dialect[name];
      if (!path.includes('{groupId}') && (!sendsBody || name === 'read')) {
        fault('does not say which record it is about: {groupId} is missing', [name, 'path']);
      }
      const twice = sharedStatus(meanings);
      if (twice !== undefined) fault(`gives ${twice} two meanings`, [name, 'statuses']);
    }
    if (dialect.read.sendsBody) fault('must be false: a GET has no body', ['read', 'sendsBody']);
    if (dialect.list !== null && !dialect.list.path.includes('{after}')) {
      fault('does not page: {after} is missing', ['list', 'path']);
    }
  },
);

function call<const Methods extends readonly string[], const Shape extends z.ZodRawShape>(
  methods: Methods,
  meanings: Shape,
) {
  return strict({
    method: z.enum(methods),
    path: template(['groupId']),
    sendsBody: z.boolean(),
    statuses: strict(meanings),
  });
}

function statuses(allowed: (status: number) => boolean, words: string) {
  return z.array(z.int().refine(allowed, `is not ${words}`)).max(100);
}

/** A path with places to fill in, as it is appended to a base URL. */
function template(places: readonly string[]) {
  return z
    .string()
    .max(500)
    .regex(/^\/[!-~]*$/, 'does not begin with / or holds something else than printable ASCII')
    .refine((path) => !path.includes('#'), 'holds a fragment (#)')
    .superRefine((path, context) => {
      const rest = places.reduce((text, place) => text.replaceAll(`{${place}}`, ''), path);
      if (!/[{}]/.test(rest)) return;
      const known = places.map((place) => `{${place}}`).join(' and ');
      const message = known === '' ? 'holds braces' : `holds braces other than ${known}`;
      context.addIssue({ code: 'custom', message });
    });
}

function sharedStatus(meanings: Readonly<Record<string, readonly number[]>>): number | undefined {
  const all = Object.values(meanings).flat();
  return all.find((status, index) => all.indexOf(status) !== index);
}
