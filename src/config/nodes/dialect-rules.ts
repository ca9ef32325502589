/**
 * The meaning of answers, as a file may write it: `201`, `[200, 201]`, `{status: 404, json:
 * {/error: gone}}`, or a list of these; inside it is one list of rules. HTTP limits the meanings of
 * a status, so that no file can make a 500 a success or a 502 an answer (P4).
 */

import { z } from 'zod';
import { isObject } from '../../base/is-object.ts';
import type { Expected, Rule } from '../../node/dialect/dialect.ts';
import { pointerFault } from '../../node/dialect/pointer.ts';
import { unknownPlace } from '../../node/dialect/template.ts';
import { suggestion } from '../settings/suggestion.ts';
import { written } from './written.ts';

/** In doubt in every dialect, whatever a file says. */
const DOUBTFUL: readonly number[] = [408, 425, 429];
const RULES_MAX = 100;
const MEMBERS = ['status', 'json', 'text', 'header', 'proof'] as const;
const PROOFS = ['words', 'none'] as const;
const NO_PROOF =
  'does not prove that the node itself sent the answer: add json, text or header; or proof: words (neither ' +
  'empty nor markup), proof: none (the API has no better proof)';

const isDone = (status: number) => status >= 200 && status < 300 && status !== 202;
const isRefusal = (status: number) => status >= 400 && status < 500 && !DOUBTFUL.includes(status);

const isAccepted = (status: number) => status >= 200 && status < 300;

const SUCCESS = { allows: isDone, words: '2xx other than 202, which belongs to accepted' };
const ACCEPTED = { allows: isAccepted, words: '2xx' };
const REFUSAL = { allows: isRefusal, words: '4xx other than 408, 425 and 429' };
const EITHER = {
  allows: (status: number) => isDone(status) || isRefusal(status),
  words: '2xx other than 202, or 4xx other than 408, 425 and 429',
};

const TEXTS = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] };
const STATUS = { type: 'integer', minimum: 200, maximum: 499 };
const SCALAR = { type: ['string', 'number', 'boolean', 'null'] };
const RULE = {
  type: 'object',
  properties: {
    status: { anyOf: [STATUS, { type: 'array', items: STATUS }] },
    json: {
      type: 'object',
      additionalProperties: { anyOf: [SCALAR, { type: 'array', items: SCALAR }] },
    },
    text: TEXTS,
    header: { type: 'object', additionalProperties: TEXTS },
    proof: { enum: [...PROOFS] },
  },
  required: ['status'],
  additionalProperties: false,
};
/** The conditions on an answer, in JSON Schema: written once, as in every call. */
export const RULES_FORM = {
  anyOf: [STATUS, RULE, { type: 'array', items: { anyOf: [STATUS, RULE] } }],
};

interface Terms {
  readonly allows: (status: number) => boolean;
  readonly words: string;
  /** Each rule has to prove that the node itself answered (P1). */
  readonly isProof?: boolean;
  /** At least one rule is required. */
  readonly isNeeded?: boolean;
}

type Complain = (message: string, path: readonly PropertyKey[]) => void;

function rules(terms: Terms) {
  const schema = written(
    z.unknown().transform((value, context): readonly Rule[] => {
      const complain: Complain = (message, path) =>
        context.addIssue({ code: 'custom', message, path: [...path], input: undefined });
      const read = readRules(value, terms, complain);
      if (terms.isNeeded === true && listOf(value).length === 0) complain('names no status', []);
      return read;
    }),
    { $ref: '#/$defs/rules' },
  );
  return terms.isNeeded === true ? schema : schema.prefault([]);
}

export const doneRules = rules(SUCCESS);
export const acceptedRules = rules(ACCEPTED);
export const presentRules = rules({ ...SUCCESS, isNeeded: true });
export const absentRules = rules({ ...REFUSAL, isProof: true, isNeeded: true });
export const goneRules = rules({ ...EITHER, isProof: true });
export const eitherRules = rules(EITHER);
export const refusalRules = rules(REFUSAL);

function readRules(value: unknown, terms: Terms, complain: Complain): readonly Rule[] {
  const parts = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  if (parts.length > RULES_MAX) complain(`names more than ${RULES_MAX}`, []);
  const read: Rule[] = [];
  const statuses: number[] = [];
  for (const [index, part] of parts.entries()) {
    const path = Array.isArray(value) ? [index] : [];
    if (!isObject(part)) {
      const status = readStatus(part, terms, (message) => complain(message, path));
      if (status !== undefined) statuses.push(status);
    } else
      read.push(readRule(part, terms, (message, below) => complain(message, [...path, ...below])));
  }
  if (statuses.length > 0 && terms.isProof === true)
    complain(`${statuses.join(', ')} ${NO_PROOF}`, []);
  return statuses.length > 0 ? [{ status: statuses }, ...read] : read;
}

function readStatus(
  value: unknown,
  { allows, words }: Terms,
  complain: (message: string) => void,
): number | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && allows(value)) return value;
  const shown = typeof value === 'number' || typeof value === 'string' ? JSON.stringify(value) : '';
  complain(`${shown} is not ${words}`.trim());
  return undefined;
}

function readRule(
  value: Readonly<Record<string, unknown>>,
  terms: Terms,
  complain: Complain,
): Rule {
  for (const name of Object.keys(value)) {
    if ((MEMBERS as readonly string[]).includes(name)) continue;
    const meant = suggestion(name, MEMBERS);
    const hint =
      meant === undefined ? `known are ${MEMBERS.join(', ')}` : `did you mean "${meant}"?`;
    complain(`has an unknown key ${JSON.stringify(name.slice(0, 100))} (${hint})`, []);
  }
  const { status, json, text, header, proof } = value;
  const statuses = listOf(status).flatMap(
    (one) => readStatus(one, terms, (message) => complain(message, ['status'])) ?? [],
  );
  if (statuses.length === 0 && listOf(status).length === 0) complain('names no status', ['status']);
  if (proof !== undefined && !(PROOFS as readonly unknown[]).includes(proof)) {
    complain(`is not one of ${PROOFS.join(', ')}`, ['proof']);
  }
  const says = (json ?? text ?? header) !== undefined;
  if (says && proof !== undefined) complain('has no effect beside json, text or header', ['proof']);
  if (!says && proof === undefined && terms.isProof === true) complain(NO_PROOF, []);
  return {
    status: statuses,
    ...(json === undefined ? {} : { json: readJson(json, complain) }),
    ...(text === undefined ? {} : { text: readTexts(text, (m) => complain(m, ['text'])) }),
    ...(header === undefined ? {} : { header: readHeaders(header, complain) }),
    ...(proof === undefined ? {} : { proof: proof as 'words' | 'none' }),
  };
}

function readJson(
  value: unknown,
  complain: Complain,
): Readonly<Record<string, readonly Expected[]>> {
  if (!isObject(value)) complain('is not an object of values by JSON pointer', ['json']);
  const entries = Object.entries(isObject(value) ? value : {}).map(([pointer, expected]) => {
    const fault = pointerFault(pointer);
    if (fault !== undefined) complain(fault, ['json', pointer]);
    const values = listOf(expected).map((one) => {
      if (typeof one === 'string') return readPattern(one, (m) => complain(m, ['json', pointer]));
      if (typeof one === 'number' || typeof one === 'boolean' || one === null) return one;
      complain('is not text, a number, true, false, null, or a list of these', ['json', pointer]);
      return null;
    });
    return [pointer, values] as const;
  });
  return Object.fromEntries(entries);
}

function readHeaders(
  value: unknown,
  complain: Complain,
): Readonly<Record<string, readonly string[]>> {
  if (!isObject(value)) complain('is not an object of texts by the name of a header', ['header']);
  const entries = Object.entries(isObject(value) ? value : {}).map(([name, expected]) => {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
      complain('is not the name of a header', ['header', name]);
    return [name.toLowerCase(), readTexts(expected, (m) => complain(m, ['header', name]))] as const;
  });
  return Object.fromEntries(entries);
}

function readTexts(value: unknown, complain: (message: string) => void): readonly string[] {
  return listOf(value).flatMap((one) => {
    if (typeof one === 'string') return [readPattern(one, complain)];
    complain('is not text, or a list of texts');
    return [];
  });
}

function readPattern(text: string, complain: (message: string) => void): string {
  const place = unknownPlace(text) ?? (text.includes('{id}') ? '{id}' : undefined);
  if (place !== undefined) complain(`holds ${place}: places here are {key} and {node}`);
  if (text === '' || text.length > 1000) complain('is empty or longer than 1000 characters');
  return text;
}

/** One status with two meanings, and nothing to distinguish them. */
export function sharedStatus(meanings: readonly (readonly Rule[])[]): number | undefined {
  const plain = meanings.map((rules) =>
    rules.filter(({ json, text, header }) => (json ?? text ?? header) === undefined),
  );
  const all = plain.flatMap((rules) => [...new Set(rules.flatMap(({ status }) => status))]);
  return all.find((status, index) => all.indexOf(status) !== index);
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}
