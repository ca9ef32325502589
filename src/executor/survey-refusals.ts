/**
 * Warns of nodes that refuse the read before a command. Such a read ends the command at once (`node_refused`), and its
 * cause is one that an operator can fix: credentials, an address, a record that can't be read. One line a node and
 * minute (P9); `lockstep_node_answers_total` counts them all.
 */
import type { NodeReply } from '../core/model.ts';

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
    const window = this.#windows.get(node);
    const now = this.#now();
    if (window !== undefined && now < window.endsAt) {
      window.leftOut++;
      return;
    }
    this.#windows.set(node, { endsAt: now + WINDOW_MS, leftOut: 0 });
    this.#warn('a node refused the read before a command', {
      node,
      request: `GET ${pathOf()}`,
      response: reply.detail,
      hint: hintOf(reply),
      effect: 'the command ends as refused, reason node_refused',
      ...(window === undefined || window.leftOut === 0 ? {} : { leftOut: window.leftOut }),
    });
  }
}

function hintOf({ kind, detail }: SurveyRefusal['reply']): string {
  if (kind === 'malformed')
    return 'look at the record on the node: it cannot be read under this key';
  const [status = ''] = detail.split(' ');
  if (status === '401' || status === '403') return 'check the credentials of the node';
  if (status.startsWith('3')) return 'set the address to which the node redirects';
  return 'compare the path with the API of the node';
}
