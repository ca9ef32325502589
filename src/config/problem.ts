/** Problems of the configuration, as values and as text for people. */

/** The exit code for a bad configuration (sysexits.h). */
export const EX_CONFIG = 78;

export interface Problem {
  /** The source: `LOCKSTEP_NODES`, `--nodes`, `lockstep.config.json: nodes`. */
  readonly source: string;
  /** The problem; reads on from the source. */
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
