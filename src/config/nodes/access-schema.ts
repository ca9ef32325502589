/** The configuration of one node besides its address: headers, query, credentials, TLS. */
import { z } from 'zod';
import { hasReference, referenceFault } from '../../node/access/secret.ts';
import { issueText } from '../settings/issue-text.ts';
import { strict } from '../settings/strict-object.ts';
import { written } from './written.ts';

const MEMBERS_MAX = 20;
const TEXT_MAX = 4096;
const PATH_MAX = 1024;
/** A token of HTTP (RFC 9110, section 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]{1,100}$/;
const HEADER_TEXT = /^[\x20-\x7e]*$/;
/** They define how a request is read, and are written with it. */
const RESERVED: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Headers with these names are secret, whatever the configuration says. */
const SECRET_NAME =
  /^(?:proxy-)?authorization$|^cookie$|(?:^|[-_])(?:api-?key|key|token|secret|password|passwd)$/i;
const HOW = 'write ${env:NAME} or ${file:PATH}, so that no configuration holds the secret';

export function headerNameFault(name: string): string | undefined {
  if (!HEADER_NAME.test(name)) return 'is not the name of a header';
  return RESERVED.has(name.toLowerCase()) ? 'is a header that lockstep writes itself' : undefined;
}

export function headerTextFault(text: string): string | undefined {
  if (!HEADER_TEXT.test(text)) return 'holds characters other than printable ASCII';
  return text.trim() === text ? undefined : 'begins or ends with a space';
}

const text = z
  .string()
  .min(1)
  .max(TEXT_MAX)
  .superRefine((value, context) => {
    const fault = referenceFault(value) ?? headerTextFault(value);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

/** By reference, whole or in part. */
const secret = text.refine(hasReference, `is in plain text: ${HOW}`);

function texts(nameFault: (name: string) => string | undefined) {
  const schema = z.unknown().transform((value, context) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      context.addIssue({ code: 'invalid_type', expected: 'object', input: value });
      return z.NEVER;
    }
    const entries = Object.entries(value);
    if (entries.length > MEMBERS_MAX) {
      context.addIssue({ code: 'custom', message: `holds more than ${MEMBERS_MAX} members` });
    }
    const seen = new Set<string>();
    for (const [name, given] of entries) {
      const fault =
        nameFault(name) ?? (seen.has(name.toLowerCase()) ? 'is given twice' : undefined);
      seen.add(name.toLowerCase());
      if (fault !== undefined)
        context.addIssue({ code: 'custom', message: fault, path: [name], input: undefined });
      const read = (SECRET_NAME.test(name) ? secret : text).safeParse(given, { reportInput: true });
      for (const issue of read.error?.issues ?? []) {
        const message = issueText(issue, { isHidden: true });
        context.addIssue({ code: 'custom', message, path: [name], input: undefined });
      }
    }
    return Object.fromEntries(entries);
  });
  return written(schema, { type: 'object', additionalProperties: { type: 'string' } });
}

const path = z
  .string()
  .min(1)
  .max(PATH_MAX)
  .refine((value) => !/\p{Cc}/u.test(value), 'holds a control character');

const headerName = z.string().superRefine((name, context) => {
  const fault = headerNameFault(name);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

const basic = strict({
  user: text.refine((user) => hasReference(user) || !user.includes(':'), 'holds a colon'),
  password: secret,
});

const WAYS = ['basic', 'bearer', 'header'] as const;

const auth = strict({
  basic: basic.optional(),
  bearer: secret.optional(),
  header: strict({ name: headerName, value: secret }).optional(),
}).transform(({ basic: pair, bearer, header }, context) => {
  const given = [pair, bearer, header].filter((way) => way !== undefined);
  if (given.length !== 1) {
    context.addIssue({ code: 'custom', message: `is not exactly one of ${WAYS.join(', ')}` });
  }
  if (pair !== undefined) return { basic: pair };
  return bearer === undefined ? { header: header ?? { name: '', value: '' } } : { bearer };
});

const tls = strict({
  ca: path.optional(),
  cert: path.optional(),
  key: path.optional(),
  serverName: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,253}$/, 'is not a host name')
    .optional(),
}).superRefine(({ cert, key }, context) => {
  if ((cert === undefined) === (key === undefined)) return;
  const missing = cert === undefined ? 'cert' : 'key';
  context.addIssue({ code: 'custom', message: `lacks ${missing}: cert and key belong together` });
});

export const accessShape = {
  socket: path.refine((value) => value.startsWith('/'), 'does not begin with /').optional(),
  headers: texts(headerNameFault).optional(),
  query: texts((name) => (name === '' ? 'is not a name' : undefined)).optional(),
  auth: auth.optional(),
  tls: tls.optional(),
};
