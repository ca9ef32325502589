/** The journal of the model: the data that survives a crash. */
import type { Command, DurableEntry, Finding, Settlement } from '../../../src/core/model.ts';

export interface Stored {
  readonly command: Command;
  readonly entries: DurableEntry[];
  began: { readonly findings?: Readonly<Record<string, Finding>> } | undefined;
  turned: boolean;
  settled: Settlement | undefined;
  /** Its loose requests have all ended. */
  forgotten: boolean;
}

export class DurableLog {
  /** In the order of acceptance. */
  readonly commands: Stored[] = [];

  accept(command: Command): Stored {
    const stored: Stored = {
      command,
      entries: [],
      began: undefined,
      turned: false,
      settled: undefined,
      forgotten: false,
    };
    this.commands.push(stored);
    return stored;
  }

  append(seq: number, entries: readonly DurableEntry[]): void {
    const stored = this.of(seq);
    for (const entry of entries) {
      stored.entries.push(entry);
      if (entry.kind === 'began') stored.began = entry;
      if (entry.kind === 'turned') stored.turned = true;
      if (entry.kind === 'settled') stored.settled = entry;
    }
  }

  of(seq: number): Stored {
    const stored = this.commands.find((one) => one.command.seq === seq);
    if (stored === undefined) throw new Error(`no command ${seq} in the journal`);
    return stored;
  }

  /** The way one node is driven, by the durable entries alone. */
  directionOf(seq: number, node: string): 'want' | 'prior' {
    let direction: 'want' | 'prior' = 'want';
    for (const entry of this.of(seq).entries) {
      if (entry.kind === 'node_turned' && entry.node === node) direction = entry.direction;
    }
    return direction;
  }

  /** The owner marks that the latest command left, as far as they are known. */
  tokens(): Readonly<Record<string, string>> | undefined {
    const latest = this.commands.findLast((one) => one.settled?.tokens !== undefined);
    return latest?.settled?.tokens;
  }
}
