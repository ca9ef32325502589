/** The result of a read of one node. */
import type { Presence } from '../../core/model.ts';

export interface NodeSighting {
  readonly state: Presence | 'unknown';
  /** The owner mark, where the node shows it. */
  readonly owner?: string;
  /** SHA-256 of the content, where the dialect says where that is (`record.content`): equal for equal contents. */
  readonly content?: string;
  /** Of `unknown`: the last response. */
  readonly lastResponse?: string;
}
