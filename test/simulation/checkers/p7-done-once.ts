/**
 * P7: one id is one command with one content and one outcome, for any number of requests and runs;
 * other content with the same id is rejected. Owner marks, by which nodes distinguish commands,
 * rise and are never used twice.
 */
import type { Command } from '../../../src/core/model.ts';
import type { Answer } from '../../../src/protocol/answer.ts';
import { WrittenRecord } from '../../../src/protocol/record/record.ts';
import type { Happening, Judge, Scene } from '../happening.ts';
import type { AskValue } from '../workload.ts';
import { flat, isOfCommand, stageOf } from './answers-of-commands.ts';

/** From the settlement of a command until it is durable. */
const SLACK_MS = 100;

/** Answers that no repeat may get, in time or not. */
const REJECTIONS: ReadonlySet<string> = new Set(['id_conflict', 'expired']);

type Content = Readonly<Record<string, unknown>>;

export class DoneOnce implements Judge {
  readonly #scene: Scene;
  readonly #commands = new Map<string, Command>();
  readonly #outcomes = new Map<string, string>();
  #highest = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  hear(happening: Happening): void {
    if (happening.kind === 'durable') {
      for (const { command } of happening.batch.accept) {
        // A command that was not stored is a repeat.
        if (this.#scene.ledger.of(command.seq) !== undefined) this.#accepted(command);
      }
    } else if (happening.kind === 'pruned') {
      for (const command of happening.commands) this.#pruned(command);
    } else if (happening.kind === 'said' && happening.ask !== undefined) {
      const contents = contentsOf(happening.ask.value);
      for (const [index, answer] of flat(happening.answer).entries()) {
        this.#said(contents[index], answer);
      }
    }
  }

  #accepted(command: Command): void {
    const { id, token } = command;
    const first = this.#commands.get(id);
    if (first !== undefined) this.#scene.fail('P7', `${id} is taken in twice`);
    this.#commands.set(id, command);
    const mark = Number(token) * 1e6;
    if (mark - this.#highest < 0.5)
      this.#scene.fail('P7', `${id} has a mark that was given before`);
    this.#highest = mark;
  }

  /**
   * After retention the id is free. Before that nothing is forgotten, and an open command never.
   */
  #pruned({ id, seq }: Command): void {
    const { ledger, plan, now, fail } = this.#scene;
    this.#commands.delete(id);
    this.#outcomes.delete(id);
    const settled = ledger.of(seq)?.settledAt;
    if (settled === undefined) fail('P7', `${id} is pruned, and open`);
    else if (now() - settled < plan.retentionMs - SLACK_MS) fail('P7', `${id} is pruned too early`);
  }

  #said(content: Content | undefined, answer: Answer): void {
    const id = content?.['id'];
    if (content === undefined || typeof id !== 'string') return;
    const command = this.#commands.get(id);
    if (!isRequestFor(content) || command === undefined) return;
    const isSame =
      content['op'] === command.op &&
      content['groupId'] === command.groupId &&
      (content['ensure'] ?? false) === command.ensure &&
      digestOf(content) === command.record?.digest;
    if (isOfCommand(answer)) {
      if (!isSame)
        this.#scene.fail('P7', `other content under ${id} was answered as if it were it`);
      if (answer.id !== id) this.#scene.fail('P7', `${id} was answered as ${answer.id}`);
      const isWaiting = content['wait'] !== 'accepted';
      if (isWaiting && stageOf(answer.state) >= 0)
        this.#scene.fail(
          'P7',
          `${id} was answered ${answer.state} to a client that waits for its end`,
        );
      this.#compare(id, answer);
    } else if (isSame && 'error' in answer && REJECTIONS.has(answer.error.code)) {
      this.#scene.fail('P7', `a repeat of ${id} was rejected`);
    }
  }

  /** All final answers to one id are equal. */
  #compare(id: string, answer: Answer): void {
    const { state, reason, nodes } = answer as { state: string; reason?: string; nodes?: object };
    if (stageOf(state) >= 0) return;
    const outcome = JSON.stringify([state, reason, nodes]);
    const first = this.#outcomes.get(id) ?? outcome;
    if (first !== outcome) this.#scene.fail('P7', `${id} came to ${first}, then to ${outcome}`);
    this.#outcomes.set(id, first);
  }
}

function digestOf({ op, record }: Content): string | undefined {
  if (op !== 'create' || typeof record !== 'object' || record === null) return undefined;
  return new WrittenRecord('', record).digest;
}

function isRequestFor(content: Content): boolean {
  return content['op'] === 'create' || content['op'] === 'delete';
}

function contentsOf(value: AskValue): readonly (Content | undefined)[] {
  if (typeof value === 'string') return [];
  if (value.op !== 'batch') return [value];
  return value['commands'] as readonly Content[];
}
