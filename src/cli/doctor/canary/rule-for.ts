/**
 * Which rule of a dialect would take an answer for what it was: candidates from the plainest on, each
 * held against the answer by the daemon's own reading, so that no line is proposed which would not do.
 */
import type { NodeReplyKind } from '../../../core/model.ts';
import type { Dialect, Expected, Rule } from '../../../node/dialect/dialect.ts';
import { isExplicit } from '../../../node/dialect/proof.ts';
import { readReply } from '../../../node/dialect/read-reply.ts';
import { parseJson } from '../../../node/dialect/record.ts';
import type { Response } from '../../../node/http/response-reader.ts';

export interface Asked {
  readonly key: string;
  readonly node: string;
}

interface Wanted extends Asked {
  readonly dialect: Dialect;
  readonly call: 'create' | 'delete' | 'read';
  /** The member that is to hold the rule. */
  readonly member: string;
  readonly kind: NodeReplyKind;
}

/** Members by which errors in JSON are told from each other. */
const ERROR_MEMBERS = ['error', 'code', 'message', 'detail', 'title', 'reason', 'type', 'status'];
const TEXT_MAX = 200;
/** Of one request only. */
const VARYING = /[0-9a-f]{8,}|\d{4,}/i;
/** Sent by servers of every kind, or another each time. */
const COMMON_HEADER =
  /^(?!x-)|x-(?:content-type-options|frame-options|xss-protection|permitted|request|trace|correlation|response-time|runtime|ratelimit|forwarded|powered-by|cache)/;

/** The section of the dialect that would do, or undefined if nothing would. */
export function sectionFor(response: Response, wanted: Wanted): Sections | undefined {
  const { call, member } = wanted;
  const rule = ruleFor(response, wanted);
  return rule === undefined ? undefined : { [call]: { [member]: written(rule) } };
}

export type Sections = Readonly<Record<string, unknown>>;

function ruleFor(response: Response, wanted: Wanted): Rule | undefined {
  const { dialect, call, member, kind } = wanted;
  const isProven = (rule: Rule) => isExplicit(rule) || rule.proof !== undefined;
  // Where the key is in no answer, a status alone would be any page's.
  const needsProof = member === 'present' && dialect.record.key === null;
  return candidates(response, wanted).find(
    (rule) =>
      (!needsProof || isProven(rule)) &&
      isRead(response, wanted, {
        dialect: { ...dialect, [call]: { ...dialect[call], [member]: [rule] } },
        kind,
      }),
  );
}

/** Whether this dialect would take it for that. */
export function isRead(
  { status, body, fields }: Response,
  { call, key, node }: Asked & Pick<Wanted, 'call'>,
  { dialect, kind }: Pick<Wanted, 'dialect' | 'kind'>,
): boolean {
  const asked = { kind: call, groupId: key, node };
  return readReply(dialect, asked, { status, body, fields, at: 0 }).kind === kind;
}

function candidates(response: Response, asked: Asked): readonly Rule[] {
  const status = [response.status];
  const [json, text, header] = [jsonOf, textOf, headerOf].map((of) => of(response, asked));
  return [
    { status },
    ...[json, text, header].flatMap((more) => (more === undefined ? [] : [{ status, ...more }])),
    { status, proof: 'none' },
  ];
}

/** Texts may hold the key. */
function patternOf(value: unknown, { key }: Asked): Expected | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'string' || value === '' || value.length > TEXT_MAX) return undefined;
  const pattern = value.replaceAll(key, '{key}');
  return VARYING.test(pattern) ? undefined : pattern;
}

function jsonOf({ body }: Response, asked: Asked): Partial<Rule> | undefined {
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [at, members] of [['', value], ...nested(value)] as const) {
    for (const name of ERROR_MEMBERS) {
      const pattern = patternOf((members as Readonly<Record<string, unknown>>)[name], asked);
      if (pattern !== undefined) return { json: { [`${at}/${name}`]: [pattern] } };
    }
  }
  return undefined;
}

/** `{"error": {"code": …}}`, `{"errors": [{"title": …}]}` */
function nested(value: object): readonly (readonly [string, object])[] {
  return ['error', 'errors/0', 'detail'].flatMap((path) => {
    const member = path
      .split('/')
      .reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>>)?.[name], value);
    return typeof member === 'object' && member !== null ? [[`/${path}`, member] as const] : [];
  });
}

function textOf({ body }: Response, asked: Asked): Partial<Rule> | undefined {
  const text = body.trim();
  if (/^[<{[]/.test(text)) return undefined;
  const pattern = patternOf(text, asked);
  return typeof pattern === 'string' ? { text: [pattern] } : undefined;
}

/** One that tells this node from other servers. */
function headerOf({ fields }: Response, { node, key }: Asked): Partial<Rule> | undefined {
  const all = [...fields].flatMap(([name, [value]]) => (value ? [[name, value] as const] : []));
  const named = all.find(([, value]) => value === node);
  if (named !== undefined) return { header: { [named[0]]: ['{node}'] } };
  const own = all.find(
    ([name, value]) => !COMMON_HEADER.test(name) && patternOf(value, { key, node }) !== undefined,
  );
  return own === undefined ? undefined : { header: { [own[0]]: [own[1]] } };
}

/** As it may stand in a file: a status alone, one value without its list. */
function written({ status, json, text, header, proof }: Rule): unknown {
  const [code] = status;
  const parts = { json: each(json), text: text?.[0], header: each(header), proof };
  const given = Object.entries(parts).filter(([, part]) => part !== undefined);
  return given.length === 0 ? code : { status: code, ...Object.fromEntries(given) };
}

function each(values: Readonly<Record<string, readonly unknown[]>> | undefined): unknown {
  if (values === undefined) return undefined;
  return Object.fromEntries(Object.entries(values).map(([name, [value]]) => [name, value]));
}
