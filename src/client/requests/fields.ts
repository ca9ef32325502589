/** The fields that callers may set in a request, in the shapes of the protocol. */
import type {
  CommandInput,
  OperatorInput,
  RestoreInput,
} from '../../protocol/input/request-input.ts';

/** The fields of a command besides its op and key; see docs/protocol.md. */
export type CommandFields = Omit<CommandInput, 'op' | 'groupId' | 'dryRun'>;

/** What `status` shows of a command besides its state. */
export interface StatusFields {
  readonly record?: boolean;
  readonly story?: boolean;
}

/** The fields of a create; `record`: the content that the nodes store with the key. */
export type CreateFields = CommandFields & Pick<CreateInput, 'record'>;

type CreateInput = Extract<CommandInput, { readonly op: 'create' }>;

/** See docs/protocol.md. */
export type Lane = NonNullable<CommandInput['lane']>;

export interface WithAuthor {
  /** The author of the order, for the trail of acts. */
  readonly by?: string;
}

/** Of the act `retire` on a node. */
export interface RetireOptions {
  /** Only say which commands would go on without the node. */
  readonly dryRun?: boolean;
  /** Although the node answers, and nobody has drained it. */
  readonly force?: boolean;
}

/** Selects the commands of an operator's order; see docs/protocol.md. */
export type Selection = (
  | Omit<OperatorInput, 'id' | 'filter'>
  | Omit<RestoreInput, 'id' | 'filter'>
) & {
  readonly filter: NonNullable<OperatorInput['filter']>;
};
