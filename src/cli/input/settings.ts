/** The daemon's own settings, for subcommands that work on its files. */
import { loadSettings } from '../../config/load.ts';
import { formatProblems } from '../../config/problem.ts';
import type { Settings } from '../../config/schema.ts';
import { UsageError } from '../exit-code.ts';

/**
 * @param config the configuration file; undefined: the one that a daemon would find
 * @throws UsageError that names each problem on a line of its own
 */
export function daemonSettings(config: string | undefined): Settings {
  const argv = config === undefined ? [] : ['--config', config];
  const loaded = loadSettings({ argv, env: process.env, cwd: process.cwd() });
  if (loaded.ok) return loaded.settings;
  const [first = '', ...details] = formatProblems(loaded.problems).trimEnd().split('\n');
  throw new UsageError(first, { details });
}
