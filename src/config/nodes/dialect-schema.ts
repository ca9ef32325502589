/** The members of a dialect in the configuration file, once `extends` is resolved. */
import { z } from 'zod';
import { isRecordPlace, stripRecordPlace } from '../../node/dialect/content/record-place.ts';
import type { Body, Dialect } from '../../node/dialect/dialect.ts';
import { pointerFault } from '../../node/dialect/pointer.ts';
import { textsIn, unknownPlace } from '../../node/dialect/template.ts';
import { strict } from '../settings/strict-object.ts';
import { headerNameFault, headerTextFault } from './access-schema.ts';
import { contradictions } from './dialect-contradictions.ts';
import {
  absentRules,
  acceptedRules,
  doneRules,
  eitherRules,
  goneRules,
  presentRules,
  refusalRules,
} from './dialect-rules.ts';
import { limitsOf } from './limits.ts';
import { plainName } from './node-list.ts';
import { written } from './written.ts';

const MIB = 1024 * 1024;
const HEADERS_MAX = 20;
const BODY_MAX = 64 * 1024;
/** As of the setting. */
const QUIESCE_MAX = 600_000;

/** A path with placeholders, as it is appended to a base URL. */
function path(placeholders: readonly string[]) {
  return z
    .string()
    .max(500)
    .regex(/^\/[!-~]*$/, 'does not begin with / or holds characters other than printable ASCII')
    .refine((text) => !text.includes('#'), 'holds a fragment (#)')
    .superRefine((text, context) => {
      const rest = placeholders.reduce(
        (left, placeholder) => left.replaceAll(`{${placeholder}}`, ''),
        text,
      );
      if (!/[{}]/.test(rest)) return;
      const hint = rest.includes('{groupId}') ? '; {groupId} is called {key} now' : '';
      const known = placeholders.map((placeholder) => `{${placeholder}}`).join(' and ');
      const message = known === '' ? 'holds braces' : `holds braces other than ${known}${hint}`;
      context.addIssue({ code: 'custom', message });
    });
}

const pointer = z
  .string()
  .max(200)
  .superRefine((text, context) => {
    const fault = pointerFault(text);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

/** Where a read shows the content of a record. */
const content = z.union([
  z.literal('text'),
  pointer,
  z.record(z.string().regex(/^[\w-]{1,100}$/, 'is not the name of a member'), pointer),
  z.null(),
]);

const BODY_FORM = {
  anyOf: [
    { type: 'null' },
    { type: 'object', properties: { json: {} }, required: ['json'], additionalProperties: false },
    {
      type: 'object',
      properties: { text: { type: 'string' } },
      required: ['text'],
      additionalProperties: false,
    },
  ],
};

const headers = written(
  z.unknown().transform((value, context) => {
    const fault = (message: string, at: string[] = []) =>
      context.addIssue({ code: 'custom', message, path: at, input: undefined });
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      fault('is not an object of texts by the name of a header');
      return z.NEVER;
    }
    const entries = Object.entries(value as Readonly<Record<string, unknown>>);
    if (entries.length > HEADERS_MAX) fault(`holds more than ${HEADERS_MAX} headers`);
    for (const [name, text] of entries) {
      const wrongName = headerNameFault(name);
      if (wrongName !== undefined) fault(wrongName, [name]);
      const wrong = typeof text === 'string' ? templateFault(text) : 'is not text';
      if (wrong !== undefined) fault(wrong, [name]);
    }
    return Object.fromEntries(entries) as Readonly<Record<string, string>>;
  }),
  { type: 'object', additionalProperties: { type: 'string' } },
);

function templateFault(text: string): string | undefined {
  if (text.includes('${')) {
    return 'holds a secret, which belongs to the nodes: nodes.NAME.headers or auth';
  }
  const place = unknownPlace(text);
  if (place !== undefined) return `holds ${place}: places here are {key}, {id} and {node}`;
  return headerTextFault(text);
}

const body = written(
  z.unknown().transform((value, context): Body | null => {
    const fault = (message: string) =>
      context.addIssue({ code: 'custom', message, input: undefined });
    if (value === null) return null;
    const members = typeof value === 'object' ? Object.keys(value as object) : [];
    const [member] = members;
    if (members.length !== 1 || (member !== 'json' && member !== 'text')) {
      fault('is not {json: …}, {text: …} or null');
      return z.NEVER;
    }
    const given = value as Body;
    if ('text' in given && typeof given.text !== 'string') fault('has a text that is not a string');
    const texts = 'json' in given ? textsIn(given.json) : [String(given.text)];
    for (const text of texts) {
      const isAlone = text === '{key:number}' || isRecordPlace(text);
      if ('json' in given && isAlone) continue;
      const place = unknownPlace('json' in given ? text : stripRecordPlace(text));
      if (place === undefined) continue;
      fault(
        `holds ${place}: places here are {key}, {id}, {node}, and, as a whole text of JSON, ` +
          '{key:number}, {record} and {record.NAME}',
      );
    }
    if (/"\{record[^"{}]*\}":/.test(JSON.stringify(given))) {
      fault('holds {record} as the name of a member: it is a value');
    }
    if (JSON.stringify(given).length > BODY_MAX) fault(`is longer than ${BODY_MAX} characters`);
    return given;
  }),
  BODY_FORM,
);

/** A text without places. */
function asWritten(text: z.ZodString): z.ZodString {
  return text.refine(
    (value) => !/\{[A-Za-z][\w.:-]*\}/.test(value),
    'holds braces: no places are filled in here',
  );
}

const mutation = {
  path: path(['key', 'node']),
  headers: headers.prefault({}),
  body: body.prefault(null),
  contentType: asWritten(z.string().max(200)).optional(),
  applied: doneRules,
  accepted: acceptedRules,
  perhaps: eitherRules,
  unsure: refusalRules,
  refused: refusalRules,
  verify: z.literal('read').nullable().default(null),
};

const memberNames = z.array(z.string().min(1).max(100)).min(1, 'names no member').max(100);

const RESTORE_FORMS = 'is not exact, template, none or an object of keep, drop and set';
const restoreWord = z.enum(['exact', 'template', 'none']);

const restoreMapping = strict({
  keep: memberNames.nullable().default(null),
  drop: memberNames.nullable().default(null),
  set: z.record(z.string().min(1).max(100), z.json()).default({}),
}).refine(
  ({ keep, drop }) => keep === null || drop === null,
  'has both keep and drop: one is enough',
);

const paging = z.discriminatedUnion('by', [
  strict({ by: z.literal('after'), next: pointer.nullable().default(null) }),
  strict({ by: z.literal('page'), first: z.int().min(0).max(1).default(1) }),
  strict({ by: z.literal('offset') }),
  strict({ by: z.literal('cursor'), next: pointer }),
  strict({ by: z.literal('link') }),
]);

const list = strict({
  path: path(['after', 'limit', 'page', 'offset', 'cursor']),
  items: pointer,
  key: pointer,
  paging: paging.nullable(),
  sorted: z.boolean().default(false),
  bytesMax: z
    .int()
    .min(1024)
    .max(64 * MIB)
    .default(MIB),
});

/** The members of a dialect; its name stands before it. */
export const dialectMembers = {
  keys: strict({
    pattern: z.string().min(1).max(500).nullable().default(null),
    bytesMax: z.int().min(1).max(1024).nullable().default(null),
    forbidden: z
      .string()
      .max(100)
      .refine((text) => text.isWellFormed(), 'holds a lone surrogate')
      .default(''),
    fold: z.literal('ascii-lower').nullable().default(null),
  }).prefault({}),
  record: strict({
    key: pointer.nullable(),
    type: z.enum(['text', 'number']).default('text'),
    content: content.optional(),
  }),
  mark: strict({ header: z.string().max(100), member: z.string().min(1).max(100) })
    .nullable()
    .default(null),
  headers: headers.prefault({}),
  create: strict({
    method: z.enum(['POST', 'PUT', 'PATCH']),
    ...mutation,
    key: pointer.nullable().optional(),
    exists: eitherRules,
  }),
  delete: strict({
    method: z.enum(['DELETE', 'POST', 'PUT', 'PATCH']).default('DELETE'),
    ...mutation,
    gone: goneRules,
    restore: z.union([restoreWord, restoreMapping], RESTORE_FORMS),
    guard: z.literal('if-match').nullable().default(null),
  }),
  read: strict({
    method: z.enum(['GET', 'HEAD']).default('GET'),
    path: path(['key', 'node']),
    headers: headers.prefault({}),
    present: presentRules,
    absent: absentRules,
    refused: refusalRules,
  }),
  list: list.nullable().default(null),
  stats: strict({ path: path([]) })
    .nullable()
    .default(null),
  health: strict({
    method: z.enum(['GET', 'HEAD']).default('GET'),
    path: path([]),
    root: z.boolean().default(false),
    status: z.array(z.int().min(200).max(499)).min(1, 'names no status').default([200]),
    text: asWritten(z.string().min(1).max(200)).nullable().default(null),
  })
    .nullable()
    .default(null),
  quiesceMs: z.int().min(1).max(QUIESCE_MAX).nullable().default(null),
  limits: limitsOf.prefault({}),
};

/** The form to write: `extends` is resolved before this. */
const WRITTEN = ['extends', ...Object.keys(dialectMembers)];

const whole = strict({ name: plainName, ...dialectMembers }, WRITTEN).transform((read): Dialect => {
  const { create, delete: remove, record } = read;
  return {
    ...read,
    create: {
      ...create,
      contentType: typeOf(create),
      key: create.key === undefined ? record.key : create.key,
    },
    delete: { ...remove, contentType: typeOf(remove) },
  };
});

/** As written after `extends` is resolved; the output is the same before and after JSON. */
export const dialectSchema: z.ZodType<Dialect> = whole.superRefine((dialect, context) => {
  for (const { message, path: at } of contradictions(dialect)) {
    context.addIssue({ code: 'custom', message, path: [...at], input: undefined });
  }
});

function typeOf({
  contentType,
  body: sent,
}: {
  contentType?: string | undefined;
  body: Body | null;
}) {
  if (contentType !== undefined) return contentType;
  return sent !== null && 'text' in sent ? 'text/plain; charset=utf-8' : 'application/json';
}
