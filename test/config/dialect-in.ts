/** Settings with one dialect of their own, and their faults. */
import { load, problemsOf, type Setup } from './load-in.ts';

const FILE = 'lockstep.config.json';

export function withDialect(mine: unknown): Setup {
  return { files: { [FILE]: { dialect: 'mine', dialects: { mine } } } };
}

/** Its problems: the place below the dialect, and the message. */
export function faultsOf(mine: unknown): readonly string[] {
  return problemsOf(withDialect(mine)).map(
    ({ source, message }) => `${source.replace(`${FILE}: dialects.mine`, '')} ${message}`,
  );
}

/** The messages alone; none: it is valid. */
export function messagesOf(mine: unknown): readonly string[] {
  const loaded = load(withDialect(mine));
  return loaded.ok ? [] : loaded.problems.map(({ message }) => message);
}
