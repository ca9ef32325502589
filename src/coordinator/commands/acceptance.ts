/**
 * From a client's request to an open command, or to an answer at once: an id that came before (P7), a key that
 * nodes cannot take, a request that came too late (P9), a daemon that takes nothing in. A repeat is answered
 * first: the nodes' dialect may have changed since its command was accepted.
 *
 * The acceptance is durable before the client gets it (P3); after that the command is in `commands.ts`.
 */
import { needsSurvey } from '../../core/goal.ts';
import type { JournalError } from '../../journal/errors.ts';
import type { StoredCommand } from '../../journal/port.ts';
import { type Refusal, refusalReply } from '../../protocol/accepting.ts';
import type { CommandAnswer } from '../../protocol/answer.ts';
import { type ErrorReply, errorReply } from '../../protocol/errors.ts';
import type { WrittenRecord } from '../../protocol/record/record.ts';
import type { CommandRequest } from '../../protocol/request.ts';
import type { Batch } from '../batch.ts';
import type { Admission } from '../breakers/admission.ts';
import type { CoordinatorOptions, CoordinatorPorts, Respond } from '../ports.ts';
import { OpenCommand } from '../queue/open-command.ts';
import type { Pauses } from '../queue/pauses.ts';
import { stopWait, waitingAnswer } from './answers.ts';
import type { Commands } from './commands.ts';
import { expiryOf } from './expiry.ts';
import type { Intake } from './intake.ts';
import { type Counters, Numbering } from './numbering.ts';
import { type Asking, Repeats } from './repeats.ts';

export interface AcceptanceStart {
  readonly ports: CoordinatorPorts;
  readonly options: CoordinatorOptions;
  readonly counters: Counters;
  readonly commands: Commands;
  readonly intake: Intake;
  readonly admission: Admission;
  readonly pauses: Pick<Pauses, 'has'>;
  /** Runs `act` in one of the next batches. */
  readonly post: (act: (batch: Batch) => void) => void;
}

export class Acceptance {
  readonly #start: AcceptanceStart;
  readonly #numbering: Numbering;
  readonly #repeats: Repeats;

  constructor(start: AcceptanceStart) {
    const { ports, options, counters, commands } = start;
    this.#start = start;
    this.#numbering = new Numbering(ports, options, counters);
    this.#repeats = new Repeats({ ports, options, keys: commands.keys });
  }

  /** Accepts a command, or answers why not; `respond` is called once. */
  take(request: CommandRequest, respond: Respond<CommandAnswer>, batch: Batch): void {
    const { commands, intake, post } = this.#start;
    const twin = request.id === undefined ? undefined : commands.registry.byId(request.id);
    if (twin?.stage === 'new') return this.#repeats.awaitCommit(twin, { request, respond });
    if (twin !== undefined) return this.#repeats.join(twin, { request, respond }, batch);
    const refusal = intake.refusalOf(request);
    // A daemon that has too much to do, or no time, does not look up every id.
    if (refusal?.reason === 'full' || refusal?.reason === 'draining') {
      return respond(refusalReply(refusal, request.id));
    }
    const rejection = this.rejectionOf(request, refusal);
    if (rejection !== undefined) {
      const again = () => post((later) => this.take(request, respond, later));
      return this.#repeats.answerFirst({ request, respond }, { rejection, again }, batch);
    }
    return this.#accept(request, respond, batch);
  }

  /** Accepts two commands of one key in one write, one behind the other, or neither. Their ids are new. */
  takeBoth(
    [first, second]: readonly [CommandRequest, CommandRequest],
    respond: Respond<CommandAnswer>,
    batch: Batch,
  ): void {
    const { commands, intake, options } = this.#start;
    const refusal = intake.refusalOf(second);
    const rejection = this.rejectionOf(first, refusal) ?? this.rejectionOf(second, refusal);
    if (rejection !== undefined) return respond(rejection);
    if (commands.registry.size + 2 > options.openMax) {
      const message = 'there is no room for the two commands of a repair';
      return respond(errorReply('busy', message, { retryAfterMs: 1000 }));
    }
    this.#accept(first, () => undefined, batch);
    return this.#accept(second, respond, batch);
  }

  /** The answer to a request that is no repeat; undefined if it becomes a command. */
  rejectionOf(request: CommandRequest, refusal: Refusal | undefined): ErrorReply | undefined {
    const { ports, options, intake } = this.#start;
    const unroutable = options.unroutable(request.groupId);
    if (unroutable !== undefined) return unroutableReply(request, unroutable);
    const misfit = recordMisfit(request, options);
    if (misfit !== undefined) return misfit;
    const expiry = expiryOf(request, ports.clientNow());
    if (expiry !== undefined) return expiry;
    const bytes = recordOf(request)?.bytes;
    const shortage = bytes === undefined ? undefined : intake.recordRefusalOf(bytes);
    const reason = refusal ?? shortage;
    return reason === undefined ? undefined : refusalReply(reason, request.id);
  }

  #accept(request: CommandRequest, respond: Respond<CommandAnswer>, batch: Batch): void {
    const { ports, commands, intake } = this.#start;
    const open = new OpenCommand(this.#numbering.number(request));
    if (request.wait === 'settled') open.addWaiter(respond);
    intake.countAccepted(request);
    const begun = commands.add(open) && this.#mayBegin(open);
    if (begun) open.beginAtOnce();
    const record = recordOf(request)?.text;
    const write = { command: open.command, begun, ...(record === undefined ? {} : { record }) };
    batch.accept(write, (existing) => {
      if (existing !== undefined) return this.#withdraw(open, existing, { request, respond });
      commands.accepted(open);
      if (request.wait === 'accepted') respond(waitingAnswer(open, commands.keys, ports.now()));
      else respond.waits?.(() => stopWait(open, respond, { keys: commands.keys, ...ports }));
      return this.#repeats.committed(open);
    });
  }

  /** Whether a command whose key is free begins in the write that accepts it. */
  #mayBegin({ command }: OpenCommand): boolean {
    const { options, admission, pauses } = this.#start;
    const isOpen = admission.isOpen && !pauses.has(command.lane);
    return isOpen && !needsSurvey(command, options.policy);
  }

  /** P7: the id was taken already, by a command that is settled. */
  #withdraw(
    open: OpenCommand,
    first: StoredCommand | JournalError,
    { request, respond }: Asking,
  ): void {
    const answer = this.#repeats.answerOf(first, request);
    if (request.wait === 'accepted') respond(answer);
    this.#start.commands.withdraw(open, answer);
    this.#repeats.committed(open, first);
  }
}

function recordOf(request: CommandRequest): WrittenRecord | undefined {
  return request.op === 'create' ? request.record : undefined;
}

/** A create that nodes of this dialect cannot get, because of its record or for want of one. */
function recordMisfit(
  request: CommandRequest,
  { recordBytesMax, misfitOf }: Pick<CoordinatorOptions, 'recordBytesMax' | 'misfitOf'>,
): ErrorReply | undefined {
  if (request.op !== 'create') return undefined;
  const { id, record } = request;
  const isTooLarge = record !== undefined && record.bytes > recordBytesMax;
  const misfit = isTooLarge
    ? { field: 'record', message: `record is larger than ${recordBytesMax} bytes (recordBytesMax)` }
    : misfitOf(record?.text);
  if (misfit === undefined) return undefined;
  const { field, message } = misfit;
  return errorReply('invalid_request', message, { field, ...(id === undefined ? {} : { id }) });
}

function unroutableReply({ id }: CommandRequest, message: string): ErrorReply {
  const about = id === undefined ? {} : { id };
  return errorReply('invalid_request', message, { field: 'groupId', ...about });
}
