/** The answer to a `create` or `delete` with `dryRun`: what each node holds, and what the command would do. */
import type { Operation, Reason } from '../../core/model.ts';
import type { NodeSighting } from './node-sighting.ts';

export interface DryRunNode extends NodeSighting {
  /** The request that would change this node; `nothing`: it has what the command wants, or the command would not begin. */
  readonly would: Operation | 'nothing';
}

export interface DryRunAnswer {
  readonly dryRun: true;
  readonly op: Operation;
  readonly groupId: string;
  /** The key of this client's request, where the nodes fold keys and it is not `groupId`. */
  readonly askedAs?: string;
  /** `unknown`: a node could not be read. */
  readonly would: 'commit' | 'refuse' | 'unknown';
  /** Of `refuse`: why nothing would be changed, or would stay so. */
  readonly reason?: Reason;
  /** The command that has the key: this one would wait for it. */
  readonly waitsFor?: string;
  readonly nodes: Readonly<Record<string, DryRunNode>>;
}
