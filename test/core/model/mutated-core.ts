/**
 * The core without one rule: a copy in a folder of its own, in which one exact text is replaced.
 * The real core has no switch for it.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Core, loadCore } from './core-under-test.ts';
import type { Rules } from './daemon.ts';

export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Mutation {
  /** The rule that is missing. */
  readonly rule: string;
  /** Histories until the first violation of any promise, about: the mean of eight runs. */
  readonly histories: number;
  /** The same, judged only by the records on the nodes in the end. */
  readonly historiesToOutcome?: number;
  readonly edits?: readonly Edit[];
  readonly rules?: Rules;
}

const CORE = new URL('../../../src/core/', import.meta.url);

export function edit(file: string, from: string, to: string): Edit {
  return { file, from, to };
}

/** The core without one rule. */
export async function mutatedCore({ edits = [] }: Mutation): Promise<Core> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-core-'));
  try {
    await cp(CORE, folder, { recursive: true });
    await applyEdits(folder, edits);
    return await loadCore(pathToFileURL(`${folder}/`));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @throws if the text to replace is not there exactly once */
export async function applyEdits(folder: string, edits: readonly Edit[]): Promise<void> {
  for (const edit of edits) {
    const path = join(folder, edit.file);
    await writeFile(path, applyEdit(await readFile(path, 'utf8'), edit));
  }
}

/** @throws if the text to replace is not there exactly once */
export function applyEdit(text: string, { file, from, to }: Edit): string {
  if (text.split(from).length !== 2) throw new Error(`${file} does not hold once: ${from}`);
  return text.replace(from, () => to);
}
