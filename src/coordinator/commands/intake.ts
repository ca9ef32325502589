/** Whether new commands are taken in, as the coordinator sees it; the decision is `acceptingOf`. */
import {
  type Accepting,
  acceptingOf,
  type Causes,
  type Refusal,
} from '../../protocol/accepting.ts';
import type { CommandRequest } from '../../protocol/request.ts';
import type { Admission } from '../breakers/admission.ts';
import type { CoordinatorOptions, CoordinatorPorts } from '../ports.ts';
import type { Registry } from '../queue/registry.ts';

/** When a client may retry on a full daemon: about the time a full queue needs to move. */
const FULL_RETRY_MS = 1000;

const DRAINING = { message: 'the daemon is stopping' };

export interface IntakeStart {
  readonly ports: Pick<CoordinatorPorts, 'now' | 'publish'>;
  readonly options: Pick<CoordinatorOptions, 'openMax' | 'heldBytesMax'>;
  readonly registry: Pick<Registry, 'size' | 'recordBytes'>;
  readonly admission: Admission;
}

export class Intake {
  readonly #start: IntakeStart;
  #isDraining = false;
  #fullDisk: Causes['disk'];
  /** The state that the latest event showed. */
  #published = '';

  constructor(start: IntakeStart) {
    this.#start = start;
  }

  /** The daemon stops: from now on no command is taken in. */
  drain(): void {
    this.#isDraining = true;
    this.publishChange();
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** The journal's disk is nearly full, or, with `undefined`, has room again. */
  setFullDisk(cause: Causes['disk']): void {
    this.#fullDisk = cause;
  }

  /** For a command without `ifUnavailable`. */
  get accepting(): Accepting {
    return acceptingOf(this.#causes);
  }

  /** Why this command is not taken in; undefined: it is. */
  refusalOf(request: Pick<CommandRequest, 'ifUnavailable'>): Refusal | undefined {
    const { refusal } = this.accepting;
    return refusal?.reason === 'breaker' && waits(request) ? undefined : refusal;
  }

  /** Open commands hold too many bytes for one more record of this size. */
  recordRefusalOf(bytes: number): Refusal | undefined {
    const { options, registry } = this.#start;
    if (registry.recordBytes + bytes <= options.heldBytesMax) return undefined;
    const message = `the records of open commands fill heldBytesMax (${options.heldBytesMax} bytes)`;
    return { reason: 'full', message, retryAfterMs: FULL_RETRY_MS };
  }

  /** A command is accepted: while a breaker tries its node, only a few are. */
  countAccepted(request: Pick<CommandRequest, 'ifUnavailable'>): void {
    if (!waits(request)) this.#start.admission.countAccepted();
  }

  /** Publishes a change. Call it a few times a second: a full daemon changes far more often. */
  publishChange(): void {
    const { accepting } = this;
    const { reason = '', nodes = [] } = accepting.refusal ?? {};
    const state = [reason, ...nodes].join(' ');
    if (state === this.#published) return;
    this.#published = state;
    this.#start.ports.publish({
      kind: 'daemon',
      topic: 'daemon.accepting',
      payload: () => accepting,
    });
  }

  get #causes(): Causes {
    const { ports, options, registry, admission } = this.#start;
    const isFull = registry.size >= options.openMax;
    return {
      draining: this.#isDraining ? DRAINING : undefined,
      disk: this.#fullDisk,
      full: isFull ? fullOf(registry.size) : undefined,
      retired: admission.retiredCause,
      breaker: admission.causeAt(ports.now()),
    };
  }
}

/** A command that waits for the breaker is held in its lane, not refused. */
function waits({ ifUnavailable }: Pick<CommandRequest, 'ifUnavailable'>): boolean {
  return ifUnavailable === 'wait';
}

function fullOf(open: number): Causes['full'] {
  return { message: `${open} commands are open`, retryAfterMs: FULL_RETRY_MS };
}
