/** What callers may say of a request, by the shapes of the protocol. */
import type { CommandInput, OperatorInput, RestoreInput } from '../protocol/request.ts';

/** What a command may say beside its op and key; see docs/protocol.md. */
export type CommandFields = Omit<CommandInput, 'op' | 'groupId'>;

/** What a create may say; `record`: what the nodes are to hold beside the key. */
export type CreateFields = CommandFields & Pick<CreateInput, 'record'>;

type CreateInput = Extract<CommandInput, { readonly op: 'create' }>;

/** See docs/protocol.md. */
export type Lane = NonNullable<CommandInput['lane']>;

export interface WithAuthor {
  /** Who gives the order, for the daemon's log. */
  readonly by?: string;
}

/** Commands that an operator means; see docs/protocol.md. */
export type Selection = (
  | Omit<OperatorInput, 'id' | 'filter'>
  | Omit<RestoreInput, 'id' | 'filter'>
) & {
  readonly filter: NonNullable<OperatorInput['filter']>;
};
