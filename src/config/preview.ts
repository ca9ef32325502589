/**
 * The output of `lockstepd` without a start: `--help`, and `--check`, which reads the configuration
 * as a start would and shows every setting with its source, so that a change can be checked before
 * it is deployed.
 */

import type { Dialect } from '../node/dialect/dialect.ts';
import { type LoadInput, limitsText, loadSettings, shown } from './load.ts';
import { misplaced } from './machine/data-folder.ts';
import { descriptorLimit, fitDescriptors, tooFewDescriptors } from './machine/descriptors.ts';
import { dialectWarnings } from './nodes/dialect-warnings.ts';
import { EX_CONFIG, formatProblems } from './problem.ts';
import { SETTING_KEYS } from './schema.ts';
import { settingRows } from './table.ts';
import { packageVersion } from './version.ts';

/**
 * No setting. Gives up the saved copy of a journal whose files were removed: the start continues
 * with the journal in place now.
 */
export const FRESH_JOURNAL = '--fresh-journal';

export interface Preview {
  readonly text: string;
  readonly exitCode: number;
}

/**
 * Undefined if the daemon is to start.
 * @param limit of open files
 */
export function preview(input: LoadInput, limit = descriptorLimit()): Preview | undefined {
  const { argv = [] } = input;
  if (argv.includes('--help')) return { text: helpText(), exitCode: 0 };
  if (argv.includes('--version')) return { text: `${packageVersion()}\n`, exitCode: 0 };
  if (!argv.includes('--check')) return undefined;
  const words = argv.filter((word) => word !== '--check');
  const loaded = loadSettings({ ...input, argv: words, readsSecrets: true });
  if (!loaded.ok) return { text: formatProblems(loaded.problems), exitCode: EX_CONFIG };
  const { settings, sources } = loaded;
  const fit = limit === undefined ? undefined : fitDescriptors(settings, limit);
  const problems = [
    ...(fit?.kind === 'too few' ? [tooFewDescriptors(limit ?? 0, fit.least)] : []),
    ...[misplaced(settings.dataDir, sources.dataDir)].filter((found) => found !== undefined),
  ];
  if (problems.length > 0) return { text: formatProblems(problems), exitCode: EX_CONFIG };
  const lines = SETTING_KEYS.filter((key) => key !== 'dialects').map(
    (key) => `${key} = ${shown(settings, key)}  (${sources[key]})\n`,
  );
  lines.push(...settings.nodes.map(limitsText), ...dialectText(settings.dialect));
  if (fit?.kind === 'fewer') lines.push(scarce(limit ?? 0, fit));
  return { text: lines.join(''), exitCode: 0 };
}

function scarce(
  limit: number,
  { needed, connectionsPerNode }: { readonly needed: number; readonly connectionsPerNode: number },
): string {
  const kept = `at most ${connectionsPerNode} calls with a node would run at once (connectionsPerNode)`;
  return `warning: the limit of open files is ${limit}, and ${needed} are needed: ${kept}\n`;
}

/** The resulting dialect, with its warnings. */
function dialectText(dialect: Dialect): readonly string[] {
  const { name, ...members } = dialect;
  const lines = JSON.stringify(members, null, 2);
  return [
    `dialects.${name} = ${lines}\n`,
    ...dialectWarnings(dialect).map((text) => `warning: ${text}\n`),
  ];
}

function helpText(): string {
  const lines = [
    'lockstepd [--config FILE] [--SETTING VALUE]…   starts the daemon in the foreground',
    'lockstepd --check …                            shows the settings it would start with',
    'lockstepd --version                            which version this is',
    'lockstepd --fresh-journal …                    starts, and gives up a journal that was saved aside',
    '',
    'Flag > LOCKSTEP_* variable > lockstep.config.{json,yaml,yml} > default.',
    '',
  ];
  for (const { flag, fallback, allowed, text } of settingRows()) {
    if (flag !== undefined)
      lines.push(`  ${flag}`, `      ${text}`, `      ${allowed}; default ${fallback}`);
  }
  return `${lines.join('\n')}\n`;
}
