/** Words that findings about a canary share. */
import { keyCheck } from '../../../node/dialect/keys.ts';
import { groupIdFault } from '../../../protocol/group-id.ts';
import { line } from './flow.ts';
import type { CanaryNode, Heard } from './node.ts';

const MIB = 1024 * 1024;
/** The greatest `limits.answerBytes` that the configuration allows. */
const ANSWER_BYTES_LIMIT = 16 * MIB;
const KEY_SHOWN_MAX = 100;

export function checkOf({ access }: CanaryNode): string {
  return `canary ${access.name}`;
}

/** `dialect powerdns should say: read: {present: 200}` */
export function proposalOf(node: CanaryNode, sections: object): string {
  return `dialect ${node.dialect.name} should say: ${node.redact(line(sections))}`;
}

/** The sections that would take this answer, if there are any; else advice. */
export function hintOf(node: CanaryNode, heard: Heard, sections: object | undefined): string {
  return sections === undefined ? adviceOn(heard) : `The ${proposalOf(node, sections)}`;
}

/** The limit that an answer exceeded, in bytes; undefined: this is another failure. */
export function exceededBytes(failure: string | undefined): number | undefined {
  const [, bytes] = /an answer of more than (\d+) bytes/.exec(failure ?? '') ?? [];
  return bytes === undefined ? undefined : Number(bytes);
}

/** The thing to do about an answer that no dialect would take for another. */
export function adviceOn(heard: Heard): string {
  if (heard.kind === 'silent') return adviceOnFailure(heard.why);
  const { status } = heard.response;
  if (status === 401 || status === 403) {
    return 'Correct the credentials of the node: nodes.NAME.auth or nodes.NAME.headers.';
  }
  // The target itself may hold a session or a signature.
  if (status >= 300 && status < 400) return 'Correct the URL of the node: this one redirects.';
  if (status === 404 || status === 405) {
    return 'Compare the path and the method of this call with the API.';
  }
  if (status === 202) {
    return 'A 202 does not prove that the request is done. Use a call that answers when it is.';
  }
  if (status >= 500) return 'The node failed: see its logs.';
  return 'Correct the body of this call, or exclude such keys with keys.pattern.';
}

function adviceOnFailure(why: string): string {
  const bytes = exceededBytes(why);
  const [, setting] = /: see (tls\.\w+) of the node/.exec(why) ?? [];
  if (setting !== undefined) return `Correct nodes.NAME.${setting}.`;
  if (bytes === undefined) return 'Start the node, or correct its URL.';
  if (bytes >= ANSWER_BYTES_LIMIT) return 'No limit allows an answer of this size.';
  const answerBytes = Math.min(2 * bytes, ANSWER_BYTES_LIMIT);
  return `The dialect should say: limits: {answerBytes: ${answerBytes}}`;
}

/** The reason why no record of this dialect can have this key; undefined: one can. */
export function keyFault(
  { dialect }: Pick<CanaryNode, 'dialect'>,
  key: string,
): string | undefined {
  return groupIdFault(key) ?? keyCheck(dialect)(key);
}

/** A key that a node named, as a message may show it: it may be any text, also a secret. */
export function shownKey(node: CanaryNode, key: string): string {
  const text = node.redact(key);
  if (text === key && keyFault(node, key) === undefined) return key;
  return JSON.stringify(text.slice(0, KEY_SHOWN_MAX).toWellFormed());
}

export function replyText(heard: Heard | undefined): string {
  if (heard === undefined) return 'nothing';
  return heard.kind === 'silent' ? heard.why : heard.words;
}
