/** What is wrong with the configuration, as values, and in words for people. */

/** The exit code for a bad configuration (sysexits.h). */
export const EX_CONFIG = 78;

export interface Problem {
  /** Where it stands: `LOCKSTEP_NODES`, `--nodes`, `lockstep.config.json: nodes`. */
  readonly source: string;
  /** What is wrong; reads on from the source. */
  readonly message: string;
  readonly allowed?: string | undefined;
  readonly hint?: string | undefined;
}

export function formatProblems(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return [`The configuration is wrong (${count}):`, ...problems.map(formatProblem), ''].join('\n');
}

function formatProblem({ source, message, allowed, hint }: Problem): string {
  const lines = [`  ${source} ${message}`];
  if (allowed !== undefined) lines.push(`      allowed: ${allowed}`);
  if (hint !== undefined) lines.push(`      hint: ${hint}`);
  return lines.join('\n');
}
