/**
 * The product without one rule: a copy of the sources and of the simulation in a folder of its own,
 * in which one exact text is replaced. The real sources have no switch for it.
 */
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { applyEdits, type Edit } from '../core/model/mutated-core.ts';
import type { runHistory } from './history.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const COPIED = ['package.json', 'src', 'test/simulation', 'test/core/model'];

export interface MutatedTree extends AsyncDisposable {
  readonly folder: string;
  readonly runHistory: typeof runHistory;
}

/** @throws if the text to replace is not there exactly once */
export async function mutatedTree(edits: readonly Edit[]): Promise<MutatedTree> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-simulation-'));
  const dispose = () => rm(folder, { recursive: true });
  try {
    for (const part of COPIED) {
      await cp(join(PROJECT, part), join(folder, part), { recursive: true });
    }
    await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    await applyEdits(folder, edits);
    const url = pathToFileURL(join(folder, 'test/simulation/history.ts'));
    const module = (await import(url.href)) as { runHistory: typeof runHistory };
    return { folder, runHistory: module.runHistory, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
