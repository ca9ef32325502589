/** Words that findings about a canary share. */
import { line } from './flow.ts';
import type { CanaryNode, Heard } from './node.ts';

export function checkOf({ access }: CanaryNode): string {
  return `canary ${access.name}`;
}

/** `dialect powerdns should say: read: {present: 200}` */
export function proposalOf(node: CanaryNode, sections: object): string {
  return `dialect ${node.dialect.name} should say: ${node.redact(line(sections))}`;
}

/** What to do about an answer that no dialect would take for another. */
export function advice(heard: Heard): string {
  if (heard.kind === 'silent') {
    const [, bytes] = /an answer of more than (\d+) bytes/.exec(heard.why) ?? [];
    if (bytes !== undefined)
      return `The dialect should say: limits: {answerBytes: ${2 * Number(bytes)}}`;
    return 'Start the node, or correct its URL.';
  }
  const { status, fields } = heard.response;
  if (status === 401 || status === 403)
    return 'Correct the credentials: nodes.NAME.auth or headers.';
  if (status >= 300 && status < 400) {
    return `Does the URL of the node fit? It sends callers to ${fields.get('location')?.[0] ?? 'elsewhere'}.`;
  }
  if (status === 404 || status === 405)
    return 'Do the path and the method of this call fit the API?';
  if (status === 202)
    return 'A 202 is in doubt whatever a dialect says: no command can rest on it.';
  if (status >= 500) return 'The node has trouble of its own: see its logs.';
  return 'Correct the body of this call, or keep such keys out: keys.pattern.';
}
