/**
 * Templates of a dialect, compiled at the start: text with places that are filled in for each request.
 *
 * `{key}` is the key of the record, `{id}` the id of the command (empty where there is none), `{node}`
 * the name of the node. How they are written is the text's own: percent-encoded in paths and headers,
 * as a JSON string within JSON; `"{key:number}"` as a whole JSON string stands for a number.
 *
 * Bodies of creates also have `{record}` and `{record.NAME}`, the record of the command and its members: within
 * JSON as a whole JSON string, which gives way to the text as the client wrote it; within text a member that is
 * a string stands without its quotes.
 */

import { recordPart } from './content/record-place.ts';
import type { Body, Json } from './dialect.ts';

/** `record`: the text of the command's record, if the template has a place for it. */
export type Template = (key: string, id: string, record?: string) => string;

/** How a place is written in a text of this kind. */
type Encode = (text: string) => string;

const PLACE = /\{(key|id|node)\}/;
/** A text can have a record too. */
const TEXT_PLACE = /\{(key|id|node|record(?:\.[\w-]+)?)\}/;
const JSON_PLACE =
  /"\{key:number\}"|"\{record(?:\.[\w-]+)?\}"|"\{(?:key|id)\}"|\{(?:key|id|node)\}/g;
const KNOWN = /\{(?:key|id|node)\}/g;
/** What was meant as one: a word in braces. */
const ANY_PLACE = /\{[A-Za-z][\w.:-]*\}/;

export function compilePath(path: string, node: string): Template {
  return compile(path, PLACE, { node, encode: encodeURIComponent });
}

/** Visible ASCII as it is, all else percent-encoded: a line break would be another header. */
export function compileHeader(text: string, node: string): Template {
  return compile(text, PLACE, { node, encode: encodeHeader });
}

export function compileBody(body: Body, node: string): Template {
  if ('text' in body) return compile(body.text, TEXT_PLACE, { node, encode: (text) => text });
  const text = JSON.stringify(body.json).replaceAll('{node}', inString(node));
  const parts: (string | Template)[] = [];
  let from = 0;
  for (const match of text.matchAll(JSON_PLACE)) {
    parts.push(text.slice(from, match.index), jsonPlace(match[0]));
    from = match.index + match[0].length;
  }
  return joined([...parts, text.slice(from)]);
}

function compile(
  text: string,
  place: RegExp,
  { node, encode }: { readonly node: string; readonly encode: Encode },
): Template {
  const parts: (string | Template)[] = [];
  // The names of places are every second part.
  for (const [index, part] of text.split(place).entries()) {
    if (index % 2 === 0) parts.push(part);
    else if (part === 'key') parts.push((key) => encode(key));
    else if (part === 'id') parts.push((_, id) => encode(id));
    else if (part === 'node') parts.push(encode(node));
    else parts.push((_key, _id, record) => textPart(record, `{${part}}`));
  }
  return joined(parts);
}

/** Without a place it is made once; with one, which is the rule, it is a single sum. */
function joined(parts: readonly (string | Template)[]): Template {
  const merged: (string | Template)[] = [''];
  for (const part of parts) {
    const last = merged.length - 1;
    const before = merged[last];
    if (typeof part === 'string' && typeof before === 'string') merged[last] = before + part;
    else merged.push(part);
  }
  const [first = '', place, last = ''] = merged;
  if (typeof first === 'string' && place === undefined) return () => first;
  if (merged.length <= 3 && typeof first === 'string' && typeof place === 'function') {
    if (typeof last === 'string') return (...given) => first + place(...given) + last;
  }
  return (...given) =>
    merged.map((part) => (typeof part === 'string' ? part : part(...given))).join('');
}

function jsonPlace(place: string): Template {
  switch (place) {
    case '"{key:number}"':
      return (key) => key;
    case '"{key}"':
      return (key) => JSON.stringify(key);
    case '"{id}"':
      return (_, id) => JSON.stringify(id);
    case '{key}':
      return (key) => inString(key);
    case '{id}':
      return (_, id) => inString(id);
    default:
      return (_key, _id, record) => recordPart(record, place.slice(1, -1));
  }
}

function textPart(record: string | undefined, place: string): string {
  const part = recordPart(record, place);
  return part.startsWith('"') ? String(JSON.parse(part)) : part;
}

function inString(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function encodeHeader(text: string): string {
  return /^[\x21-\x24\x26-\x7e]*$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
}

/** A place that is none of these, or undefined. */
export function unknownPlace(text: string, extra: readonly string[] = []): string | undefined {
  const rest = extra.reduce((left, place) => left.replaceAll(place, ''), text);
  return ANY_PLACE.exec(rest.replaceAll(KNOWN, ''))?.[0];
}

/** Every text in this JSON, names of members included. */
export function textsIn(json: Json): readonly string[] {
  if (typeof json === 'string') return [json];
  if (typeof json !== 'object' || json === null) return [];
  if (Array.isArray(json)) return (json as readonly Json[]).flatMap(textsIn);
  return Object.entries(json).flatMap(([name, value]) => [name, ...textsIn(value)]);
}
