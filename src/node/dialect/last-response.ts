/** The reply of a node in one short line for people: `400 Perhaps the object exists.` */

import { textOfMarkup } from './markup-text.ts';
import type { Reply } from './proof.ts';
import { isMarkup, isObjectText, parseObject } from './record.ts';

const LENGTH_MAX = 200;
/** Longer bodies are not parsed, only cut. */
const PARSED_MAX = 10_000;
const NOT_PRINTED = /[\s\p{Cc}]+/gu;

type Redact = (text: string) => string;

/** @param redact removes secrets: before the text is cut, or the first half of a secret would be left */
export function describeReply(reply: Reply, redact: Redact = (text) => text): string {
  const { status, body } = reply;
  const target = status >= 300 && status < 400 ? reply.fields?.get('location')?.[0] : undefined;
  const redirect = target === undefined ? '' : `to ${withoutQuery(redact(target))} `;
  return shorten(`${status} ${redirect}${wordsOf(body, redact)}`);
}

/** The target of a redirect without user, query and fragment: they may hold a session or a signature. */
function withoutQuery(target: string): string {
  return target.replace(/^([a-z][\w+.-]*:)?\/\/[^/?#]*@/i, '$1//').replace(/([;?#]).*$/s, '$1…');
}

/** One line of at most 200 characters. */
export function shorten(text: string): string {
  const line = text.replaceAll(NOT_PRINTED, ' ').trim();
  // A cut may split a surrogate pair, and a node may have sent half of one.
  const cut = line.length > LENGTH_MAX ? `${line.slice(0, LENGTH_MAX - 1)}…` : line;
  return cut.toWellFormed();
}

function wordsOf(body: string, redact: Redact): string {
  // Redacted twice: tags may stand within a secret, and a secret may look like a tag.
  if (isMarkup(body)) return `(HTML) ${redact(textOfMarkup(redact(body).slice(0, PARSED_MAX)))}`;
  const message = messageOf(body);
  return message === undefined ? redact(body).slice(0, 2 * LENGTH_MAX) : redact(message);
}

/** The `message` of an error in JSON. */
function messageOf(body: string): string | undefined {
  if (body.length > PARSED_MAX || !isObjectText(body)) return undefined;
  const message = parseObject(body)?.['message'];
  return typeof message === 'string' ? message : undefined;
}
