/**
 * The end of a history. Once there are no more faults, all open commands must settle, all clients
 * must get their answers, and the journal must forget requests that can no longer land, in bounded
 * time. Then the daemon lists its commands, and the judges compare.
 */
import type { Answer, AuditAnswer, ListAnswer } from '../../src/protocol/answer.ts';
import type { Clients } from './clients.ts';
import type { Ledger } from './ledger.ts';
import type { Life } from './life.ts';
import type { Lives } from './lives.ts';
import type { Stage } from './stage.ts';
import type { AskValue } from './workload.ts';

/** Page size of `list`: small, so that there are several pages. */
const PAGE = 5;
/** The first audit finds the differences, the second one none. */
const AUDITS_MAX = 4;
/** Interval in which operators undo what they have opened or paused. */
const OPERATOR_MS = 1000;
/** Time for the daemon to forget a loose request after the last landing. */
const FORGETTING_MS = 2000;

export interface RestOptions {
  readonly stage: Stage;
  readonly ledger: Ledger;
  readonly lives: Lives;
  readonly clients: Clients;
}

export class Rest {
  /** The list was read, and the judges are done. */
  isOver = false;
  readonly #options: RestOptions;
  /** The run of the daemon that was asked and has not answered yet. */
  #asked: Life | undefined;
  /** Number of audits so far. */
  #audits = 0;

  constructor(options: RestOptions) {
    this.#options = options;
    const { agenda, plan } = options.stage;
    agenda.at(plan.calmAt, () => this.#calm());
  }

  /** Checks after each step whether the history has ended. */
  look(): void {
    const { stage, lives } = this.#options;
    const { agenda, plan, network, fail } = stage;
    if (!network.calm || this.isOver) return;
    if (agenda.now > plan.settledBy) return fail('liveness', this.#overdue());
    // A run that has ended sends no answer.
    if (this.#isAsked() || !this.#isAtRest()) return;
    const { remembered } = lives;
    if (remembered !== undefined) {
      return fail('liveness', `the loose requests of ${remembered} are kept for ever`);
    }
    this.#asked = lives.current;
    if (plan.isAudited && this.#audits < AUDITS_MAX) this.#audit(undefined, 0);
    else this.#list([], undefined);
  }

  /** Page by page. If it finds a difference, all commands settle again, and it checks again. */
  #audit(after: string | undefined, repaired: number): void {
    const { clients, stage } = this.#options;
    const page = { op: 'audit', repair: true, limit: 2, ...(after === undefined ? {} : { after }) };
    clients.ask(page, (answer) => {
      if (!this.#isAsked()) return undefined;
      stage.note(() => `audit: ${JSON.stringify(answer)}`);
      // The breaker of a node may not be closed yet, or the daemon is stopping.
      if ('error' in answer) return stage.agenda.after(OPERATOR_MS, () => this.#lookAgain());
      const { findings, busy, next } = answer as AuditAnswer;
      const open = findings.filter(({ repair }) => repair !== undefined).length + busy.length;
      if (next !== undefined) return this.#audit(next, repaired + open);
      this.#audits = repaired + open === 0 ? AUDITS_MAX : this.#audits + 1;
      return this.#lookAgain();
    });
  }

  #lookAgain(): void {
    this.#asked = undefined;
  }

  #isAsked(): boolean {
    return this.#asked !== undefined && this.#asked === this.#options.lives.current;
  }

  #isAtRest(): boolean {
    const { stage, ledger, lives, clients } = this.#options;
    const { agenda, plan, network } = stage;
    // Requests that an earlier run may have sent are loose from the start of this one.
    const latest = Math.max(network.quietAt(), network.gaveUpAt, lives.readyAt);
    const longestMs = Math.max(plan.policy.quiesceMs, ...Object.values(plan.outliving));
    if (agenda.now <= latest + longestMs + FORGETTING_MS) return false;
    const isReady = lives.current?.isReady === true;
    return isReady && ledger.openCount === 0 && clients.unanswered.length === 0;
  }

  #calm(): void {
    const { network, note } = this.#options.stage;
    note(() => 'nothing fails any more');
    network.calm = true;
    this.#leaveGone();
    this.#undoWords();
    this.#releaseParked();
    this.#giveUpForeign();
  }

  /** A node that is gone for good is taken out of the configuration, and retired. */
  #leaveGone(): void {
    const { plan } = this.#options.stage;
    if (plan.gone === undefined) return;
    this.#options.lives.restart();
    this.#retireGone(plan.gone.node);
  }

  #retireGone(node: string): void {
    const { stage, lives, clients } = this.#options;
    // Once is enough, in whatever run.
    if (lives.hasRetired(node)) return;
    const value = { op: 'node', act: 'retire', node, force: true };
    if (lives.current?.isReady) clients.ask(value, () => {});
    stage.agenda.after(OPERATOR_MS, () => this.#retireGone(node));
  }

  /** An operator must close and resume what an operator has opened or paused. */
  #undoWords(): void {
    const { stage, lives, clients } = this.#options;
    const words = stage.plan.asks
      .map(({ value }) => undoing(value))
      .filter((word) => word !== undefined);
    for (const word of lives.current?.isReady ? words : []) clients.ask(word, () => {});
    // The act that is to be undone may still be on its way.
    if (words.length > 0) stage.agenda.after(OPERATOR_MS, () => this.#undoWords());
  }

  /** The program is fixed, and operators retry the parked commands. */
  #releaseParked(): void {
    const { stage, lives, clients } = this.#options;
    const all = { op: 'retry', filter: { parked: true } };
    if (lives.current?.isReady && lives.hasParked) clients.ask(all, () => {});
    if (stage.plan.poisons.length + stage.plan.faults.endings.length === 0) return;
    stage.agenda.after(OPERATOR_MS, () => this.#releaseParked());
  }

  /** A delete that cannot be undone and meets another client's record never ends by itself (P5). */
  #giveUpForeign(): void {
    const { stage, lives, clients } = this.#options;
    const { agenda, plan } = stage;
    if (plan.policy.restores || plan.faults.meddlings.length === 0) return;
    const value = { op: 'abandon', filter: { state: 'applying', stuck: true } };
    if (lives.current?.isReady) {
      stage.hear({
        kind: 'asked',
        ask: { number: 0, at: agenda.now, value, lateMs: 0 },
        isDated: false,
      });
      clients.ask(value, () => {});
    }
    agenda.after(OPERATOR_MS, () => this.#giveUpForeign());
  }

  #overdue(): string {
    const { ledger, clients } = this.#options;
    const open = [...ledger.all].filter(({ settled }) => settled === undefined);
    const asks = clients.unanswered.map(({ number }) => number);
    if (open.length > 0) return `${open.map(({ command }) => command.id).join(', ')} never settled`;
    if (asks.length > 0) return `asks ${asks.join(', ')} never answered`;
    return this.#isAsked() ? 'the last audit or list never ended' : 'it never came to rest';
  }

  #list(listed: readonly Answer[], cursor: string | undefined): void {
    const page = { op: 'list', limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const { clients, stage } = this.#options;
    clients.ask(page, (answer) => {
      if (!this.#isAsked()) return undefined;
      if ('error' in answer) return stage.agenda.after(OPERATOR_MS, () => this.#lookAgain());
      const { commands, next } = answer as ListAnswer;
      const all = [...commands.toReversed(), ...listed];
      if (next !== undefined) return this.#list(all, next);
      stage.hear({ kind: 'ended', listed: all });
      this.isOver = true;
      return undefined;
    });
  }
}

function undoing(value: AskValue): AskValue | undefined {
  if (typeof value === 'string') return undefined;
  if (value.op === 'pause') return { ...value, op: 'resume' };
  if (value.op === 'node') {
    const { op, node } = value;
    const undone = value['act'] === 'drain' ? 'undrain' : undefined;
    const act = value['act'] === 'retire' ? 'unretire' : undone;
    return act === undefined ? undefined : { op, node, act };
  }
  return value.op === 'breaker' && value['act'] === 'open' ? { ...value, act: 'close' } : undefined;
}
