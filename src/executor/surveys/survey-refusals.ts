/**
 * Warns of nodes that refuse the read before a command, and of nodes that create a record of another key. Either ends
 * the command as `node_refused`, and has a cause that an operator can fix: credentials, an address, a record that can't
 * be read, a wrong dialect. One line a node and minute of each (P9); `lockstep_node_answers_total` counts them all.
 */
import type { NodeReply } from '../../core/model.ts';

const WINDOW_MS = 60_000;

export interface SurveyRefusal {
  readonly node: string;
  /** Makes the path that was read, without the node's base URL: called only for a line that is written. */
  readonly pathOf: () => string;
  readonly reply: Pick<NodeReply, 'kind' | 'detail'>;
}

type Warn = (message: string, fields: Readonly<Record<string, string | number>>) => void;

interface Window {
  readonly endsAt: number;
  leftOut: number;
}

export class SurveyRefusals {
  readonly #warn: Warn;
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();

  constructor(warn: Warn, now: () => number) {
    this.#warn = warn;
    this.#now = now;
  }

  note({ node, pathOf, reply }: SurveyRefusal): void {
    const isMisnamed = reply.kind === 'misnamed';
    const subject = isMisnamed ? `${node} misnamed` : node;
    const window = this.#windows.get(subject);
    const now = this.#now();
    if (window !== undefined && now < window.endsAt) {
      window.leftOut++;
      return;
    }
    this.#windows.set(subject, { endsAt: now + WINDOW_MS, leftOut: 0 });
    const message = isMisnamed ? MISNAMED : 'a node refused the read before a command';
    this.#warn(message, {
      node,
      ...(isMisnamed ? {} : { request: `GET ${pathOf()}` }),
      response: reply.detail,
      hint: hintOf(reply),
      effect: isMisnamed
        ? 'the command is rolled back, reason node_refused; the record of the other key stays'
        : 'the command ends as refused, reason node_refused',
      ...(window === undefined || window.leftOut === 0 ? {} : { leftOut: window.leftOut }),
    });
  }
}

const MISNAMED = 'a node created a record of another key: the dialect is probably wrong';

function hintOf({ kind, detail }: SurveyRefusal['reply']): string {
  if (kind === 'misnamed')
    return 'compare create.path and create.body of the dialect with the API; remove that record from the node';
  if (kind === 'malformed')
    return 'look at the record on the node: it cannot be read under this key';
  const [status = ''] = detail.split(' ');
  if (status === '401' || status === '403') return 'check the credentials of the node';
  if (status.startsWith('3')) return 'set the address to which the node redirects';
  return 'compare the path with the API of the node';
}
