/**
 * An operator who has nothing but the page, or nothing but a terminal. Each click, each field that is filled in, each
 * command and each typed answer is counted; looking costs nothing.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { until } from '../../observe/support/until.ts';
import { programEnv } from '../../support/program-env.ts';
import { SCRIPT } from '../../support/run-cli.ts';

/** As it was built, with its launcher. */
const LOCKSTEP = join(import.meta.dirname, '../../../bin/lockstep');
const SEEN_MS_MAX = 30_000;

export class PageOperator {
  readonly page: Page;
  /** Clicks and fields so far. */
  steps = 0;

  constructor(page: Page) {
    this.page = page;
  }

  async click(role: 'button' | 'link', name: string | RegExp): Promise<void> {
    this.steps++;
    await this.page
      .getByRole(role, { name, ...(typeof name === 'string' ? { exact: true } : {}) })
      .click();
  }

  /** The button of an act, and then its confirmation. */
  async act(name: string, confirmation: string): Promise<void> {
    await this.click('button', name);
    this.steps++;
    const dialog = this.page.getByRole('dialog');
    await dialog.getByRole('button', { name: confirmation, exact: true }).click();
  }

  /** Waits until it is there to be read. */
  async see(what: string | RegExp | Locator): Promise<string> {
    const isLocator = typeof what !== 'string' && !(what instanceof RegExp);
    const place = isLocator ? what : this.page.getByText(what);
    await place.first().waitFor({ timeout: SEEN_MS_MAX });
    return (await place.first().textContent()) ?? '';
  }
}

export class TerminalOperator {
  readonly #env: Readonly<Record<string, string>>;
  /** Commands and answers to questions so far, as they were typed. */
  readonly typed: string[] = [];

  /** @param env where the daemon is */
  constructor(env: Readonly<Record<string, string>>) {
    this.#env = env;
  }

  /** A command, and what is typed at its questions. @returns all that it wrote */
  async type(command: string, ...answers: readonly string[]): Promise<string> {
    this.typed.push(command, ...answers);
    const child = this.#start(command);
    for (const answer of answers) child.stdin?.write(`${answer}\n`);
    const output = read(child);
    await once(child, 'close');
    return output();
  }

  /** A command that goes on until Ctrl-C: until its output, from the last screen on, shows this. */
  async watch(command: string): Promise<Watched> {
    this.typed.push(command);
    const child = this.#start(command);
    const output = read(child);
    return {
      see: async (what) => {
        await until(() => what.test(lastScreen(output())), SEEN_MS_MAX);
        return lastScreen(output());
      },
      [Symbol.asyncDispose]: async () => {
        child.stdin?.write('\u0003');
        await once(child, 'close');
      },
    };
  }

  #start(command: string): ChildProcess {
    const line = `stty cols 160 rows 50; ${LOCKSTEP} ${command.replace(/^lockstep /, '')}`;
    return spawn(SCRIPT, ['-qec', line, '/dev/null'], {
      env: { ...programEnv(), TERM: 'xterm', NO_COLOR: '1', ...this.#env },
    });
  }
}

export interface Watched extends AsyncDisposable {
  see(what: RegExp): Promise<string>;
}

function read(child: ChildProcess): () => string {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

/** Behind the last return to the top of the screen. */
function lastScreen(output: string): string {
  return output.slice(Math.max(0, output.lastIndexOf('\u001B[H')));
}
