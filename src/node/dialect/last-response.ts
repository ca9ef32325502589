/** What a node said, short and for people: `400 Perhaps the object exists.` */
import { isMarkup, isObjectText, parseObject } from './record.ts';

const LENGTH_MAX = 200;
/** Longer bodies are not looked into, only cut. */
const PARSED_MAX = 10_000;
const NOT_PRINTED = /[\s\p{Cc}]+/gu;

/** @param redact takes secrets out: before anything is cut, or the first half of one would be left */
export function describeReply(
  status: number,
  body: string,
  redact: (text: string) => string = (text) => text,
): string {
  const line = `${status} ${wordsOf(body, redact)}`.replaceAll(NOT_PRINTED, ' ').trim();
  // A cut may split a surrogate pair, and a node may have sent half of one.
  const cut = line.length > LENGTH_MAX ? `${line.slice(0, LENGTH_MAX - 1)}…` : line;
  return cut.toWellFormed();
}

function wordsOf(body: string, redact: (text: string) => string): string {
  if (isMarkup(body)) return '(HTML)';
  const message = messageOf(body);
  return message === undefined ? redact(body).slice(0, 2 * LENGTH_MAX) : redact(message);
}

/** The `message` of an error in JSON. */
function messageOf(body: string): string | undefined {
  if (body.length > PARSED_MAX || !isObjectText(body)) return undefined;
  const message = parseObject(body)?.['message'];
  return typeof message === 'string' ? message : undefined;
}
