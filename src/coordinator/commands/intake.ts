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

/** How long a client should wait that met a full daemon: about what a full queue needs to move. */
const FULL_RETRY_MS = 1000;

const DRAINING = { message: 'the daemon is stopping' };

export interface IntakeStart {
  readonly ports: Pick<CoordinatorPorts, 'now' | 'publish'>;
  readonly options: Pick<CoordinatorOptions, 'openMax'>;
  readonly registry: Registry;
  readonly admission: Admission;
}

export class Intake {
  draining = false;
  /** Main's word that the journal's disk is nearly full. */
  fullDisk: Causes['disk'];
  readonly #start: IntakeStart;
  /** What the listeners know. */
  #published = '';

  constructor(start: IntakeStart) {
    this.#start = start;
  }

  /** As a command meets it that says nothing of its own. */
  get accepting(): Accepting {
    return acceptingOf(this.#causes);
  }

  /** Why this command is not taken in; undefined: it is. Call once for each, trials are counted. */
  refusalOf({ ifUnavailable }: CommandRequest): Refusal | undefined {
    const { refusal } = this.accepting;
    const waits = ifUnavailable === 'wait';
    if (refusal === undefined && !waits) this.#start.admission.tookIn();
    return refusal?.reason === 'breaker' && waits ? undefined : refusal;
  }

  /** Publishes a change. A full daemon has room and none many times a second: call it only now and then. */
  tell(): void {
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
      draining: this.draining ? DRAINING : undefined,
      disk: this.fullDisk,
      full: isFull ? fullOf(registry.size) : undefined,
      breaker: admission.causeAt(ports.now()),
    };
  }
}

function fullOf(open: number): Causes['full'] {
  return { message: `${open} commands are open`, retryAfterMs: FULL_RETRY_MS };
}
