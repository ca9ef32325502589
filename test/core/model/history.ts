/** One history: from a seed to a verdict. */
import { type Core, REAL_CORE } from './core-under-test.ts';
import { Daemon, type Rules } from './daemon.ts';
import { Prng } from './prng.ts';
import {
  type Act,
  CALM_FROM,
  drawSetting,
  GIVEN_UP_FROM,
  SETTLED_BY,
  type Setting,
} from './setting.ts';
import { Violation } from './watch.ts';

export interface Options {
  readonly core?: Core;
  readonly rules?: Rules;
  /** Judge only by the records on the nodes in the end. */
  readonly outcomesOnly?: boolean;
  readonly trace?: string[];
}

export interface Verdict {
  readonly violation: Violation | undefined;
  readonly setting: Setting;
  readonly crashes: number;
  readonly steps: number;
  /** The outcomes of the commands. */
  readonly states: readonly string[];
}

/** Interval between two checks of that operator. */
const GIVEN_UP_EVERY = 300;
/** More than any history needs; a saga that spins needs more. */
const STEPS_MAX = 20_000;

export function runHistory(seed: number, options: Options = {}): Verdict {
  const prng = new Prng(seed);
  const setting = drawSetting(seed, prng);
  const daemon = new Daemon({
    core: options.core ?? REAL_CORE,
    rules: options.rules ?? {},
    setting,
    prng,
    outcomesOnly: options.outcomesOnly ?? false,
    trace: options.trace,
  });
  let violation: Violation | undefined;
  let steps = 0;
  try {
    prepare(daemon);
    for (; daemon.agenda.step(); steps++) {
      if (steps > STEPS_MAX) throw new Violation('liveness', 'it spins');
    }
    finish(daemon);
  } catch (error) {
    violation = error instanceof Violation ? error : new Violation('throws', String(error));
    if (!(error instanceof Violation)) violation.cause = error;
  }
  const states = daemon.log.commands.map((one) => one.settled?.state ?? 'open');
  return { violation, setting, crashes: daemon.crashes, steps, states };
}

function prepare(daemon: Daemon): void {
  const { agenda, cluster, setting } = daemon;
  for (const [node, stands] of setting.standing.entries()) {
    if (stands) cluster.records[node] = foreignRecord(node);
  }
  for (const command of setting.commands) {
    agenda.at(command.acceptedAt, () => daemon.accept(command));
  }
  for (const act of setting.acts) {
    agenda.at(act.at, () => (act.kind === 'foreign' ? foreign(daemon, act) : daemon.act(act)));
  }
  for (const at of setting.crashesAt) agenda.at(at, () => daemon.crash('at any time'));
  agenda.at(CALM_FROM, () => {
    daemon.calm = true;
    cluster.calm = true;
  });
  giveUpForeign(daemon, GIVEN_UP_FROM);
  agenda.at(SETTLED_BY, () => {
    const [open] = daemon.unsettled;
    if (open !== undefined) throw new Violation('liveness', `${open.command.id} is not settled`);
  });
}

/**
 * Past its point of no return a delete that meets another client's record never ends by itself (P5): in the end an
 * operator gives it up. No other command may need one.
 */
function giveUpForeign(daemon: Daemon, at: number): void {
  const { agenda, checker, setting } = daemon;
  agenda.at(at, () => {
    const command = checker.running;
    if (command?.op === 'delete' && !setting.policy.restores && checker.isMet) {
      daemon.act({ at, kind: 'abandon', target: setting.commands.indexOf(command) });
    }
    if (at + GIVEN_UP_EVERY < SETTLED_BY) giveUpForeign(daemon, at + GIVEN_UP_EVERY);
  });
}

function finish(daemon: Daemon): void {
  daemon.checkTold();
  if (daemon.log.commands.length !== daemon.setting.commands.length) {
    throw new Violation('liveness', 'a command was never accepted');
  }
}

/**
 * Another client. While no request of ours runs or may land it may write anything to the key;
 * otherwise it only creates where there is no record, because P1 defines the right outcome only for
 * that.
 */
function foreign(daemon: Daemon, act: Act): void {
  const { prng, setting } = daemon;
  const everywhere = prng.chance(0.6);
  const one = prng.between(0, setting.nodes.length - 1);
  for (const node of setting.nodes.keys()) {
    if (everywhere || node === one) meddle(daemon, act, node);
  }
}

function meddle(daemon: Daemon, act: Act, node: number): void {
  const { cluster, checker, prng, setting } = daemon;
  const stands = cluster.records[node] !== undefined;
  const running = checker.running !== undefined;
  if (stands && (running || !checker.quiet())) return;
  if (running && setting.dialect === 'challenge') return;
  daemon.note(() => `another client on node ${node}`);
  cluster.records[node] =
    stands && prng.chance(0.5) ? undefined : foreignRecord(act.at * 10 + node);
  checker.foreign(node);
}

function foreignRecord(mark: number): { token: string; body: string } {
  return { token: `9${mark}.5`, body: `{"groupId":"5","mark":${mark}}` };
}
