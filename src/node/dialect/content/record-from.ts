/**
 * The record that a create would have to send to make what a read shows, by the mapping of the dialect: the way back
 * from `record-content.ts`. Texts are kept as the node shows them.
 */

import { repeatedMember } from '../../../protocol/frame/repeated-member.ts';
import { recordFault } from '../../../protocol/record/check-record.ts';
import { elementsOf, membersOf, type Span } from '../../../protocol/record/json-text.ts';
import { canonicalJson } from '../../../protocol/record/record.ts';
import type { RecordContent } from '../dialect.ts';
import { parseObject } from '../record.ts';

/** Undefined: there is none that every reader would read alike. The caller checks whether a create would show the same. */
export function recordFrom(shown: string, content: RecordContent): string | undefined {
  const text = textFrom(shown, content);
  const value = text === undefined ? undefined : parseObject(text);
  if (text === undefined || value === undefined) return undefined;
  const isPlain = repeatedMember(text, value) === undefined && recordFault(text) === undefined;
  return isPlain ? text : undefined;
}

function textFrom(shown: string, content: RecordContent): string | undefined {
  if (content === null) return undefined;
  if (content === 'text') return shown;
  if (parseObject(shown) === undefined) return undefined;
  if (typeof content === 'string') return textAt(shown, content);
  const members = Object.entries(content).flatMap(([name, pointer]) => {
    const text = textAt(shown, pointer);
    return text === undefined ? [] : `${canonicalJson(name)}:${text}`;
  });
  return `{${members.join()}}`;
}

/** The text of the value at a JSON pointer; `json` is JSON. */
function textAt(json: string, pointer: string): string | undefined {
  let at: Span = { from: 0, to: json.length };
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    const next = childOf(json, at.from, name);
    if (next === undefined) return undefined;
    at = next;
  }
  return json.slice(at.from, at.to).trim();
}

function childOf(json: string, from: number, name: string): Span | undefined {
  const start =
    json.slice(from, from + 1).trim() === '' ? json.slice(from).search(/\S/) + from : from;
  if (json[start] === '{') return membersOf(json, start).get(name);
  return json[start] === '[' && /^\d+$/.test(name)
    ? elementsOf(json, start)[Number(name)]
    : undefined;
}
