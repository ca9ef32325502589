/** The records of the judge about each command, and about each request that was given up. */
import type { Command } from '../../../src/core/model.ts';
import type { DurableLog } from './durable-log.ts';
import type { Setting } from './setting.ts';

/** A promise that was not kept. */
export class Violation extends Error {
  readonly promise: string;

  constructor(promise: string, message: string) {
    super(`${promise}: ${message}`);
    this.promise = promise;
  }
}

/** What a node holds of the key; without owner marks in the dialect, the token is ours alone. */
export interface StoredRecord {
  readonly token: string;
  readonly body: string;
}

/** A request that may still land. */
export interface GivenUp {
  readonly command: Command;
  readonly node: number;
  readonly effect: 'create' | 'delete';
  readonly token: string | undefined;
  readonly until: number;
}

/** One command, as the judge follows it from its begin. */
export interface Watch {
  readonly command: Command;
  /** By node: the states that are right if the command is undone. */
  readonly prior: (StoredRecord | undefined)[][];
  /** By node: a request of it took effect. */
  readonly changed: boolean[];
  /** By node: a request of it that changes the node was given up. */
  readonly lost: boolean[];
  /** By node: when its latest exchange was begun. */
  readonly asked: number[];
  /** By node: another client came between. */
  readonly met: boolean[];
  /** By node: another client came between in such a way that presence proves nothing. */
  readonly disturbed: boolean[];
  /** By node: a record that is not this command's was there at some time. */
  readonly stranger: boolean[];
  /** Nodes that were sent a delete. */
  readonly deletes: Set<number>;
  /** A node answered that it rejects the request. */
  denied: boolean;
}

export type Records = readonly (StoredRecord | undefined)[];

/** The data for the judge. */
export interface Scene {
  readonly setting: Setting;
  readonly log: DurableLog;
  /** By node. */
  readonly records: Records;
  /** Nodes where another client changed something, at any time. */
  readonly meddled: ReadonlySet<number>;
  readonly now: () => number;
  readonly fail: (promise: string, message: string) => void;
}

export function watchOf(command: Command, records: Records): Watch {
  return {
    command,
    prior: records.map((record) => [record]),
    changed: records.map(() => false),
    lost: records.map(() => false),
    asked: records.map(() => -1),
    met: records.map(() => false),
    disturbed: records.map(() => false),
    stranger: records.map((record) => record !== undefined),
    deletes: new Set(),
    denied: false,
  };
}

export function tell({ command, effect, node, until }: GivenUp): string {
  return `the ${effect} of ${command.id}, given up on node ${node}, may land until ${until}`;
}
