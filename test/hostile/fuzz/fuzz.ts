/**
 * Sends fuzzed frames to a daemon and compares each answer with the oracle. Every frame has a number in front, so an
 * answer that nobody asked for, or a second one, is seen.
 */
import { Dealer } from 'zeromq';
import { Prng } from '../../core/model/prng.ts';
import { type Fuzzed, fuzzed } from './mutate.ts';
import { parsed, type Verdict, verdictOn, verdictOnCommand } from './oracle.ts';

const IN_FLIGHT = 200;
const ANSWER_MS_MAX = 60_000;
const FAULTS_MAX = 20;
/** As docs/protocol.md has them. */
const ENVELOPE_FRAMES_MAX = 32;
const ENVELOPE_BYTES_MAX = 1024;
const CODES = new Set(
  [
    'invalid_request',
    'too_large',
    'busy',
    'unavailable',
    'draining',
    'expired',
    'id_conflict',
  ].concat(['unknown_command', 'internal']),
);

export interface FuzzReport {
  readonly sent: number;
  readonly answered: number;
  /** Of the oracle. */
  readonly verdicts: Readonly<Record<Verdict | 'too_large', number>>;
  /** Of the answers. */
  readonly codes: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
}

interface Asked extends Fuzzed {
  readonly verdict: Verdict | 'too_large';
}

export interface FuzzOptions {
  readonly endpoint: string;
  readonly seed: number;
  readonly frames: number;
  /** Ends it early. */
  readonly over?: AbortSignal;
  /** False: a frame that is not sent. */
  readonly isMeant?: (frame: Buffer) => boolean;
}

export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { endpoint, seed, frames, over, isMeant = () => true } = options;
  const chance = new Prng(seed);
  const dealer = new Dealer({ linger: 0, receiveTimeout: ANSWER_MS_MAX, sendHighWaterMark: 0 });
  const tally = new Tally();
  try {
    dealer.connect(endpoint);
    let sent = 0;
    while (sent < frames && over?.aborted !== true) {
      for (; sent < frames && tally.underWay < IN_FLIGHT; ) {
        const one = fuzzed(chance);
        if (!isMeant(one.frame)) continue;
        await dealer.send([tally.ask(++sent, one), ...one.envelope, one.frame]);
      }
      tally.take(await dealer.receive());
    }
    while (tally.underWay > 0 && over?.aborted !== true) tally.take(await dealer.receive());
  } catch (error) {
    tally.note(`${String(error)}, ${tally.underWay} frames without an answer`);
  } finally {
    dealer.close();
  }
  return tally;
}

class Tally implements FuzzReport {
  readonly #asked = new Map<string, Asked>();
  readonly verdicts = { right: 0, wrong: 0, open: 0, too_large: 0 };
  readonly codes: Record<string, number> = {};
  readonly faults: string[] = [];
  sent = 0;
  answered = 0;

  get underWay(): number {
    return this.#asked.size;
  }

  /** @returns the frame that identifies the answer */
  ask(number: number, one: Fuzzed): string {
    const bytes = one.envelope.reduce((sum, { length }) => sum + length, String(number).length);
    const isTooLarge = one.envelope.length + 1 > ENVELOPE_FRAMES_MAX || bytes > ENVELOPE_BYTES_MAX;
    const verdict = isTooLarge ? 'too_large' : verdictOn(one.frame);
    this.#asked.set(String(number), { ...one, verdict });
    this.verdicts[verdict]++;
    this.sent++;
    return String(number);
  }

  take(message: readonly Buffer[]): void {
    const [number = '', ...rest] = message.map(String);
    const asked = this.#asked.get(number);
    if (asked === undefined) return this.note(`an answer that nobody asked for: ${rest.join(' ')}`);
    this.#asked.delete(number);
    this.answered++;
    const isWhole = asked.verdict === 'too_large' || rest.length === asked.envelope.length + 1;
    const answer = answerOf(rest.at(-1) ?? '');
    if (answer === undefined || !isWhole) return this.#differs(asked, `malformed: ${rest.at(-1)}`);
    const code = codeOf(answer);
    this.codes[code ?? 'an answer'] = (this.codes[code ?? 'an answer'] ?? 0) + 1;
    const fault = faultOf(asked, { code, answer });
    return fault === undefined ? undefined : this.#differs(asked, fault);
  }

  #differs({ frame, verdict }: Asked, why: string): void {
    this.note(
      `${JSON.stringify(frame.subarray(0, 600).toString())} is ${verdict}: ${why.slice(0, 600)}`,
    );
  }

  note(fault: string): void {
    if (this.faults.length < FAULTS_MAX) this.faults.push(fault);
  }
}

type Answer = Record<string, unknown>;

function faultOf(
  { frame, verdict }: Asked,
  { code, answer }: { readonly code: string | undefined; readonly answer: Answer },
): string | undefined {
  if (code !== undefined && (!CODES.has(code) || code === 'internal')) return `answered ${code}`;
  if (verdict === 'too_large') return code === 'too_large' ? undefined : `answered ${code}`;
  if (verdict === 'open') return undefined;
  const isRejected = code === 'invalid_request';
  if (code === 'too_large' || isRejected !== (verdict === 'wrong')) {
    // It may be busy before it looks.
    return verdict === 'wrong' && code === 'busy' ? undefined : JSON.stringify(answer);
  }
  const { results } = answer;
  return Array.isArray(results) ? faultOfResults(frame, results) : undefined;
}

function faultOfResults(frame: Buffer, results: readonly Answer[]): string | undefined {
  const { commands } = parsed(frame) as { readonly commands: readonly unknown[] };
  if (results.length !== commands.length) return `${results.length} results`;
  for (const [index, command] of commands.entries()) {
    const verdict = verdictOnCommand(command);
    const isRejected = codeOf(results[index] ?? {}) === 'invalid_request';
    if (verdict !== 'open' && isRejected !== (verdict === 'wrong')) {
      return `command ${index} is ${verdict}: ${JSON.stringify(results[index])}`;
    }
  }
  return undefined;
}

function codeOf({ error }: Answer): string | undefined {
  return error === undefined ? undefined : String((error as { readonly code?: unknown }).code);
}

/** Undefined if it is not a JSON object with the daemon's clock. */
function answerOf(text: string): Answer | undefined {
  try {
    const answer = JSON.parse(text) as Answer | null;
    return typeof answer?.['at'] === 'number' ? answer : undefined;
  } catch {
    return undefined;
  }
}
