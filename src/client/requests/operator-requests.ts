/**
 * What an operator orders: each changes commands, lanes or breakers, and is kept in the trail of acts with its author
 * `by`. They need the role `operate` where the daemon has a list of clients. Answers and errors are those of `Requests`.
 */
import type { ActsAnswer } from '../../protocol/act.ts';
import type {
  BreakersAnswer,
  CommandAnswer,
  LanesAnswer,
  NodesAnswer,
  SelectionAnswer,
} from '../../protocol/answer.ts';
import type { AnswerOf } from '../../protocol/answer-of.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type {
  ActsInput,
  BreakerAct,
  BreakerInput,
  NodeAct,
  NodesInput,
  OperatorInput,
  PauseInput,
  RestoreInput,
} from '../../protocol/input/request-input.ts';
import type { CallOptions } from '../options.ts';
import type { Lane, RetireOptions, Selection, WithAuthor } from './fields.ts';
import { Requests } from './requests.ts';

export abstract class OperatorRequests extends Requests {
  /**
   * Retries a waiting command now, without the rest of its back-off; takes up a parked one again.
   * @returns the command as it stands, or `unknown_command`, `unauthorised`
   * @throws ClientError as `send`
   * @example
   * const answer = await client.retry('order-17', { by: 'ann@bastion' });
   * if (!isError(answer)) console.log(answer.state);
   */
  retry(id: string, options?: CallOptions & WithAuthor): Promise<CommandAnswer | ErrorReply> {
    return this.#signed({ op: 'retry', id }, options);
  }

  /**
   * Cancels a command; answers once it can no longer commit. A command that has begun is rolled back.
   * @returns the command as it stands, or `unknown_command`, `unauthorised`
   * @throws ClientError as `send`
   * @example
   * const answer = await client.cancel('order-17', { by: 'ann@bastion' });
   * if (!isError(answer)) console.log(answer.state, answer.reason);
   */
  cancel(id: string, options?: CallOptions & WithAuthor): Promise<CommandAnswer | ErrorReply> {
    return this.#signed({ op: 'cancel', id }, options);
  }

  /**
   * Gives up a rollback, forever: the nodes may then differ (`lockstep audit` finds such keys).
   * @returns the command, `abandoned`, or `unknown_command`, `unauthorised`
   * @throws ClientError as `send`
   * @example
   * const answer = await client.abandon('order-17', { by: 'ann@bastion' });
   * if (!isError(answer)) console.log(answer.nodes);
   */
  abandon(id: string, options?: CallOptions & WithAuthor): Promise<CommandAnswer | ErrorReply> {
    return this.#signed({ op: 'abandon', id }, options);
  }

  /**
   * Retries, cancels, abandons or restores all open commands that match a filter, page by page, oldest first.
   * @param selection `op`, `filter` (empty: all open commands), `dryRun`, `limit`, `cursor`, `by`
   * @returns `matched`, the `commands` of this page, and `next`, the `cursor` of the next one, if there is more
   * @throws ClientError as `send`
   * @example
   * const filter = { stuck: true, node: 'node03' };
   * const shown = await client.operate({ op: 'abandon', filter, dryRun: true });
   * if (!isError(shown)) console.log(shown.matched, 'commands would be abandoned');
   */
  operate(selection: Selection, options?: CallOptions): Promise<SelectionAnswer | ErrorReply> {
    return this.send(selection, options) as Promise<SelectionAnswer | ErrorReply>;
  }

  /**
   * Decides about a command that is held since the journal was restored.
   * @param act `resume` drives it to its end, `abandon` gives it up
   * @returns the command as it stands, or `unknown_command`, `unauthorised`
   * @throws ClientError as `send`
   * @example
   * const answer = await client.decideOnHeld('resume', 'order-17', { by: 'ann@bastion' });
   * if (!isError(answer)) console.log(answer.state);
   */
  decideOnHeld(
    act: RestoreInput['act'],
    id: string,
    options?: CallOptions & WithAuthor,
  ): Promise<CommandAnswer | ErrorReply> {
    return this.#signed({ op: 'restore', act, id }, options);
  }

  /**
   * The state of the breakers of all nodes, by the name of the node.
   * @throws ClientError as `send`
   * @example
   * const answer = await client.breakers();
   * if (!isError(answer)) console.log(answer.breakers['node01']?.state);
   */
  breakers(options?: CallOptions): Promise<BreakersAnswer | ErrorReply> {
    return this.send({ op: 'breaker' }, options);
  }

  /**
   * Opens a node's breaker until it is closed (no calls reach the node), closes it, or resets it.
   * @returns the breaker of this node, or `invalid_request` for a node that is not configured
   * @throws ClientError as `send`
   * @example
   * await client.breaker('node02', 'open', { by: 'ann@bastion' });
   * // ... node02 is being replaced ...
   * await client.breaker('node02', 'close', { by: 'ann@bastion' });
   */
  breaker(
    node: string,
    act: BreakerAct,
    options?: CallOptions & WithAuthor,
  ): Promise<BreakersAnswer | ErrorReply> {
    return this.#signed({ op: 'breaker', node, act }, options);
  }

  /**
   * The nodes: which are drained, and which are not configured any longer and still named by open commands.
   * @throws ClientError as `send`
   * @example
   * const answer = await client.nodes();
   * if (!isError(answer)) console.log(Object.keys(answer.nodes));
   */
  nodes(options?: CallOptions): Promise<NodesAnswer | ErrorReply> {
    return this.send({ op: 'node' }, options);
  }

  /**
   * Drains a node: new commands wait for it until `undrain`, also over a restart of the daemon; what has begun goes on.
   *
   * `retire`: the node is gone for good. The open commands that name it go on without it, and while it is configured new
   * ones are refused, until `unretire`; `dryRun` only says which commands these are. A node that answers and is not
   * drained is retired with `force` only.
   * @returns the nodes, with `retiring` for `retire`; or `invalid_request` for a node that is not configured (`retire`:
   *   and that no open command names), or that may still be in use
   * @throws ClientError as `send`
   * @example
   * await client.node('node02', 'drain', { by: 'ann@bastion' });
   * // ... node02 is being updated ...
   * await client.node('node02', 'undrain', { by: 'ann@bastion' });
   */
  node(
    node: string,
    act: NodeAct,
    { dryRun, force, ...options }: CallOptions & WithAuthor & RetireOptions = {},
  ): Promise<NodesAnswer | ErrorReply> {
    const how = { ...(dryRun && { dryRun }), ...(force && { force }) };
    return this.#signed({ op: 'node', node, act, ...how }, options);
  }

  /**
   * Pauses a lane, or all lanes, until `resume`: accepted commands wait, also over a restart of the daemon.
   * @returns each lane with its waiting and running commands
   * @throws ClientError as `send`
   * @example
   * await client.pause('bulk', { by: 'ann@bastion' });
   */
  pause(lane?: Lane, options?: CallOptions & WithAuthor): Promise<LanesAnswer | ErrorReply> {
    return this.#signed({ op: 'pause', ...(lane && { lane }) }, options);
  }

  /**
   * Ends the pause of a lane, or of all lanes.
   * @returns each lane with its waiting and running commands
   * @throws ClientError as `send`
   * @example
   * const answer = await client.resume('bulk', { by: 'ann@bastion' });
   * if (!isError(answer)) console.log(answer.lanes.bulk.waiting);
   */
  resume(lane?: Lane, options?: CallOptions & WithAuthor): Promise<LanesAnswer | ErrorReply> {
    return this.#signed({ op: 'resume', ...(lane && { lane }) }, options);
  }

  /**
   * One page of the acts of operators, newest first.
   * @param filter `act`, `who`, `on`, `outcome`, `olderThanMs`, `youngerThanMs`; `limit` (1 to 1000, default 100) and
   *   `cursor`, the `next` of the page before
   * @throws ClientError as `send`
   * @example
   * const answer = await client.acts({ on: 'order-17' });
   * if (!isError(answer)) for (const { act, by, begunAt } of answer.acts) console.log(act, by, begunAt);
   */
  acts(
    filter: Omit<ActsInput, 'op'> = {},
    options?: CallOptions,
  ): Promise<ActsAnswer | ErrorReply> {
    return this.send({ op: 'acts', ...filter }, options);
  }

  #signed<
    const Asked extends OperatorInput | RestoreInput | PauseInput | BreakerInput | NodesInput,
  >(
    request: Asked,
    { by, ...options }: CallOptions & WithAuthor = {},
  ): Promise<AnswerOf<Asked> | ErrorReply> {
    return this.send({ ...request, ...(by === undefined ? {} : { by }) }, options);
  }
}
