/** What an operator's hour took: the time from the cause of each incident to its finding and to its end, and steps. */

type Means = 'page' | 'terminal';

interface Taken {
  readonly foundMs: number;
  readonly mendedMs: number;
  readonly steps: number;
  readonly note: string;
}

export interface Incident {
  /** It is named before the operator's eyes. */
  found(): void;
  note(text: string): void;
  /** @param steps clicks and fields, or commands and typed answers */
  mended(steps: number): void;
}

const MEANS: readonly Means[] = ['page', 'terminal'];

export class Hour {
  readonly #taken = new Map<string, Partial<Record<Means, Taken>>>();
  /** Commands and answers, in the order of the incidents. */
  readonly typed: string[] = [];

  begin(name: string, means: Means): Incident {
    const begun = performance.now();
    let foundMs = Number.NaN;
    let note = '';
    return {
      found: () => {
        foundMs = performance.now() - begun;
      },
      note: (text) => {
        note = text;
      },
      mended: (steps) => {
        const mendedMs = performance.now() - begun;
        const taken = { foundMs, mendedMs, steps, note };
        this.#taken.set(name, { ...this.#taken.get(name), [means]: taken });
      },
    };
  }

  get isOver(): boolean {
    return this.#taken.size > 0;
  }

  /** As docs/operate/an-hour.md has them: `| a node dies | 5 | 3 |`. */
  counts(): readonly string[] {
    return [...this.#taken].map(
      ([name, { page, terminal }]) => `| ${name} | ${page?.steps} | ${terminal?.steps} |`,
    );
  }

  /** For people. */
  table(): string {
    const rows = [...this.#taken].flatMap(([name, taken]) =>
      MEANS.flatMap((means) => {
        const one = taken[means];
        if (one === undefined) return [];
        const seconds = (ms: number): string => (ms / 1000).toFixed(1).padStart(6);
        const steps = String(one.steps).padStart(5);
        return `${name.padEnd(20)} ${means.padEnd(9)} ${steps} ${seconds(one.foundMs)} ${seconds(one.mendedMs)}  ${one.note}`;
      }),
    );
    const title = `${'incident'.padEnd(20)} ${'by'.padEnd(9)} steps  found mended (s from the cause)`;
    return [title, ...rows].join('\n');
  }
}
