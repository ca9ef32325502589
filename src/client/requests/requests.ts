/**
 * What a program asks of the daemon: commands, and questions about them. Each method is one request of the protocol,
 * and all go through `send`.
 *
 * Every method resolves to the daemon's answer or to its error (`isError` tells them apart), and rejects with a
 * `ClientError` only if no answer came: `unreachable`, `unauthorised`, `no_answer` (none within `timeoutMs`),
 * `overloaded` (more waiting calls than `waitingMax`), `closed`, `bad_reply`. docs/protocol.md has every field.
 */
import {
  type AuditAnswer,
  type BatchAnswer,
  type CommandAnswer,
  isError,
  type ListAnswer,
  type PingAnswer,
  type StatsAnswer,
  type SummaryAnswer,
} from '../../protocol/answer.ts';
import type { AnswerOf } from '../../protocol/answer-of.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type {
  AuditInput,
  CommandInput,
  ListInput,
  RequestInput,
} from '../../protocol/input/request-input.ts';
import { isExpected } from '../errors.ts';
import type { CallOptions } from '../options.ts';
import type { CommandFields, CreateFields, StatusFields } from './fields.ts';

/** Time within which a running daemon answers a ping. */
export const PING_MS = 3000;

export abstract class Requests {
  /**
   * Sends any request. A command without an id gets one, which the answer shows; a request that got lost is sent again
   * with the same id, and executed once.
   * @param options.timeoutMs how long the call may take, ms; the default depends on the request (`CallOptions`)
   * @returns the answer to this request, or the daemon's error: any of `ERROR_CODES`
   * @throws ClientError `unreachable`, `unauthorised`, `no_answer`, `overloaded`, `closed`, `bad_reply`
   * @throws RangeError if `timeoutMs` is not above 0
   * @example
   * const answer = await client.send({ op: 'create', groupId: '5', lane: 'bulk' });
   * if (isError(answer)) console.error(answer.error.code, answer.error.hint);
   * else console.log(answer.state, answer.elapsedMs);
   */
  abstract send<const Asked extends RequestInput>(
    request: Asked,
    options?: CallOptions,
  ): Promise<AnswerOf<Asked> | ErrorReply>;

  /**
   * Creates a record on every node, or on none.
   * @param groupId the key: 1 to 256 characters
   * @param fields `id`, `wait`, `lane`, `deadlineMs` (default 30,000), `ensure`, `ifUnavailable`, `record`, and the
   *   options of the call
   * @returns the outcome: `state` is `committed`, or `rolled_back` or `refused` with a `reason`. Or an error:
   *   `invalid_request`, `busy`, `unavailable`, `draining`, `expired`, `id_conflict`, `too_large`, `unauthorised`
   * @throws ClientError as `send`; the daemon continues a command that it has accepted
   * @example
   * const answer = await client.create('5', { id: 'order-17', deadlineMs: 10_000 });
   * if (isError(answer)) throw new Error(answer.error.message);
   * if (answer.state !== 'committed') console.log('on no node:', answer.reason);
   */
  create(
    groupId: string,
    fields: CreateFields & CallOptions = {},
  ): Promise<CommandAnswer | ErrorReply> {
    return this.#command('create', groupId, fields);
  }

  /**
   * Deletes a record from every node, or from none.
   * @param groupId the key: 1 to 256 characters
   * @param fields as of `create`, without `record`
   * @returns the outcome, or an error, as of `create`; `refused` with the reason `not_found` if no node has the key
   * @throws ClientError as `send`
   * @example
   * const answer = await client.delete('5', { persist: true, timeoutMs: 120_000 });
   * console.log('state' in answer ? answer.state : answer.error.code);
   */
  delete(
    groupId: string,
    fields: CommandFields & CallOptions = {},
  ): Promise<CommandAnswer | ErrorReply> {
    return this.#command('delete', groupId, fields);
  }

  /**
   * Sends up to 10,000 commands in one request. Each is accepted or rejected alone.
   * @param options.timeoutMs default: the longest `deadlineMs` of them plus 15,000
   * @returns `results` in the order of `commands`, each as if sent alone
   * @throws ClientError as `send`
   * @example
   * const answer = await client.batch([
   *   { op: 'create', groupId: '5' },
   *   { op: 'delete', groupId: '6' },
   * ]);
   * if (!isError(answer)) console.log(answer.results.map((one) => 'state' in one && one.state));
   */
  batch(
    commands: readonly CommandInput[],
    options?: CallOptions,
  ): Promise<BatchAnswer | ErrorReply> {
    return this.send({ op: 'batch', commands: [...commands] }, options);
  }

  /**
   * The state of a command, open or settled.
   * @param fields.record also its record (null: removed from the history)
   * @param fields.story also what happened to it, step by step
   * @returns the command as it stands, or `unknown_command` if the daemon has none of this id
   * @throws ClientError as `send`
   * @example
   * const answer = await client.status('order-17', { story: true });
   * if (!isError(answer)) console.log(answer.state, answer.story?.length);
   */
  status(
    id: string,
    { record, story, ...options }: CallOptions & StatusFields = {},
  ): Promise<CommandAnswer | ErrorReply> {
    const shown = { ...(record === true && { record }), ...(story === true && { story }) };
    return this.send({ op: 'status', id, ...shown }, options);
  }

  /**
   * The state of the daemon: open commands, lanes, threads, nodes and their breakers.
   * @throws ClientError as `send`
   * @example
   * const answer = await client.summary();
   * if (!isError(answer)) console.log(answer.open, 'of', answer.openMax, 'open;', answer.stuck, 'stuck');
   */
  summary(options?: CallOptions): Promise<SummaryAnswer | ErrorReply> {
    return this.send({ op: 'status' }, options);
  }

  /**
   * One page of commands, newest first.
   * @param filter `state`, `stuck`, `groupId`, `node`, `olderThanMs`, `youngerThanMs`; `limit` (1 to 1000, default 100)
   *   and `cursor`, the `next` of the page before
   * @throws ClientError as `send`
   * @example
   * const answer = await client.list({ state: ['applying', 'compensating'], olderThanMs: 60_000 });
   * if (!isError(answer)) for (const { id, groupId } of answer.commands) console.log(id, groupId);
   */
  list(
    filter: Omit<ListInput, 'op'> = {},
    options?: CallOptions,
  ): Promise<ListAnswer | ErrorReply> {
    return this.send({ op: 'list', ...filter }, options);
  }

  /**
   * How many keys each node holds, and whether they are the same ones: `consistent` is null where that is not known.
   * @throws ClientError as `send`
   * @example
   * const answer = await client.stats();
   * if (!isError(answer)) console.log(answer.consistent, answer.nodes['node01']?.count);
   */
  stats(options?: CallOptions): Promise<StatsAnswer | ErrorReply> {
    return this.send({ op: 'stats' }, options);
  }

  /**
   * One page of the comparison of the nodes with the journal. With `repair` it is an operator's act.
   * @param page `after` (`next` of the page before) and `limit`, or `keys`; `repair`, `content`, `right`, `unknown`
   * @param options.timeoutMs default 75,000
   * @throws ClientError as `send`
   * @example
   * let after: string | undefined;
   * do {
   *   const page = await client.audit(after === undefined ? {} : { after });
   *   if (isError(page)) throw new Error(page.error.message);
   *   for (const { groupId, kind } of page.findings) console.log(groupId, kind);
   *   after = page.next;
   * } while (after !== undefined);
   */
  audit(
    page: Omit<AuditInput, 'op'> = {},
    options?: CallOptions,
  ): Promise<AuditAnswer | ErrorReply> {
    return this.send({ op: 'audit', ...page }, options);
  }

  /**
   * Asks for a sign of life; `accepting` says whether a command sent now would be accepted, `refusal` why not.
   * @throws ClientError as `send`
   * @example
   * const answer = await client.ping({ timeoutMs: 1000 });
   * if (!isError(answer)) console.log(answer.version, answer.accepting, answer.refusal?.reason);
   */
  ping(options?: CallOptions): Promise<PingAnswer | ErrorReply> {
    return this.send({ op: 'ping' }, options);
  }

  /**
   * Whether the daemon would accept a command that is sent now; false also if no daemon answers.
   * `ping` gives the reason, and the events `daemon.accepting` report a change.
   * @param options.timeoutMs default 3000
   * @throws ClientError `unauthorised`, `closed`, `bad_reply`
   * @example
   * if (!(await client.isAccepting())) console.log('later');
   */
  async isAccepting(options: CallOptions = {}): Promise<boolean> {
    try {
      const answer = await this.ping({ timeoutMs: PING_MS, ...options });
      return !isError(answer) && answer.accepting;
    } catch (error) {
      if (isExpected(error)) return false;
      throw error;
    }
  }

  #command(
    op: CommandInput['op'],
    groupId: string,
    { timeoutMs, persist = false, ...fields }: CreateFields & CallOptions,
  ): Promise<CommandAnswer | ErrorReply> {
    const options = timeoutMs === undefined ? { persist } : { timeoutMs, persist };
    // Only `create` takes a record from its caller.
    return this.send({ op, groupId, ...fields } as CommandInput & { dryRun?: never }, options);
  }
}
