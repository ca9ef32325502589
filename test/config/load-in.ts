/** Loads settings in a directory of its own, which holds just the files that are given. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Loaded, loadSettings } from '../../src/config/load.ts';
import type { Problem } from '../../src/config/problem.ts';
import type { Settings } from '../../src/config/schema.ts';

export interface Setup {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** By name; what is not text is written as JSON. */
  readonly files?: Readonly<Record<string, unknown>>;
}

export function load({ argv = [], env = {}, files = {} }: Setup): Loaded {
  const cwd = mkdtempSync(join(tmpdir(), 'lockstep-config-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(
        join(cwd, name),
        typeof content === 'string' ? content : JSON.stringify(content),
      );
    }
    return loadSettings({ argv, env, cwd });
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

export function settingsOf(setup: Setup): Settings {
  const loaded = load(setup);
  if (!loaded.ok) throw new Error(`unexpected: ${JSON.stringify(loaded.problems)}`);
  return loaded.settings;
}

export function problemsOf(setup: Setup): readonly Problem[] {
  const loaded = load(setup);
  return loaded.ok ? [] : loaded.problems;
}

/** The one problem there is. */
export function problemOf(setup: Setup): Problem {
  const problems = problemsOf(setup);
  expect(problems).toHaveLength(1);
  return problems[0] as Problem;
}
