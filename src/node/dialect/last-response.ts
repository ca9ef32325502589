/** What a node said, short and for people: `400 Perhaps the object exists.` */
import { isMarkup, isObjectText, parseObject } from './record.ts';

const LENGTH_MAX = 200;
/** Longer bodies are not looked into, only cut. */
const PARSED_MAX = 10_000;
const NOT_PRINTED = /[\s\p{Cc}]+/gu;

export function describeReply(status: number, body: string): string {
  const words = isMarkup(body) ? '(HTML)' : messageOf(body);
  const line = `${status} ${words}`.replaceAll(NOT_PRINTED, ' ').trim();
  // A cut may split a surrogate pair, and a node may have sent half of one.
  const cut = line.length > LENGTH_MAX ? `${line.slice(0, LENGTH_MAX - 1)}…` : line;
  return cut.toWellFormed();
}

/** The `message` of an error in JSON, else the body as it is. */
function messageOf(body: string): string {
  if (body.length <= PARSED_MAX && isObjectText(body)) {
    const message = parseObject(body)?.['message'];
    if (typeof message === 'string') return message;
  }
  return body.slice(0, 2 * LENGTH_MAX);
}
