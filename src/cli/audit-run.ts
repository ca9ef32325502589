/**
 * `lockstep audit`: looks at all keys first, and says what it found; repairs only then, if that is
 * wanted and meant, and looks again at what it repaired.
 */
import type { AuditAnswer, AuditFinding, LockstepClient } from '../client/index.ts';
import { errorText } from './answer-text.ts';
import { repairAll } from './audit-repair.ts';
import { auditLine, differing, findingTable, keys, remediesText } from './audit-report.ts';
import { itemsOf, type Walk, type Walked, walk } from './audit-walk.ts';
import { EXIT, type ExitCode, exitOfReply } from './exit-code.ts';
import type { KeySource } from './keys.ts';
import { showProgress } from './progress.ts';
import { agreed } from './question.ts';
import type { Terminal } from './terminal.ts';

/** Why it is asked, or has to be said, before a repair. */
export const WHY = 'audit --repair changes nodes';

export interface AuditJob extends Pick<Walk, 'unknown' | 'rate' | 'stop'> {
  readonly source: KeySource | undefined;
  readonly repair: boolean;
  readonly yes: boolean | undefined;
  readonly json: boolean;
}

export async function runAudit(
  client: LockstepClient,
  job: AuditJob,
  terminal: Terminal,
): Promise<ExitCode> {
  const begun = performance.now();
  const { walked, findings } = await look(client, job, terminal);
  if (job.json && !job.repair) for (const one of findings) await terminal.json(one);
  else if (findings.length > 0) await say(findingTable(findings), job, terminal);
  const elapsedMs = performance.now() - begun;
  await say(auditLine(walked, { findings, elapsedMs }, terminal), job, terminal);
  if (walked.fault !== undefined) {
    terminal.note(errorText(walked.fault, terminal));
    return exitOfReply(walked.fault);
  }
  const left = job.repair ? await mend(client, job, { terminal, findings }) : findings.length;
  return left === 0 && !job.stop.aborted ? EXIT.done : EXIT.notDone;
}

/** Results go to stdout unless that is for JSON. */
function say(text: string, { json }: AuditJob, terminal: Terminal): Promise<void> | void {
  return json ? terminal.note(text) : terminal.line(text);
}

async function look(
  client: LockstepClient,
  { source, ...job }: AuditJob,
  terminal: Terminal,
): Promise<{ readonly walked: Walked; readonly findings: readonly AuditFinding[] }> {
  const found = new Map<string, AuditFinding>();
  const progress = showProgress(terminal, {
    title: 'audit',
    total: source?.total,
    failing: 'differ',
  });
  let checked = 0;
  const onPage = async (page: AuditAnswer) => {
    checked += page.checked;
    for (const one of page.findings) found.set(one.groupId, one);
    progress.update(checked, found.size);
  };
  try {
    const walked = await walk(client, { ...job, keys: source?.items(job.stop), onPage });
    return { walked, findings: [...found.values()] };
  } finally {
    progress.stop();
  }
}

/** Returns how many keys still differ. */
async function mend(
  client: LockstepClient,
  job: AuditJob,
  {
    terminal,
    findings,
  }: { readonly terminal: Terminal; readonly findings: readonly AuditFinding[] },
): Promise<number> {
  const mendable = findings.filter(({ repair }) => repair !== undefined);
  const rest = findings.length - mendable.length;
  if (mendable.length === 0) return rest;
  const question = `Repair ${keys(mendable.length)} (${remediesText(mendable)})?`;
  if (!(await agreed(question, WHY, { yes: job.yes, terminal }))) return findings.length;
  const total = mendable.length;
  const progress = showProgress(terminal, { title: 'repair', total, failing: 'not done' });
  let done = 0;
  let failed = 0;
  const onKey = async (finding: AuditFinding, state: string) => {
    done++;
    if (state !== 'committed') failed++;
    progress.update(done, failed);
    if (job.json) await terminal.json({ ...finding, state });
  };
  const fault = await repairAll(client, mendable, { ...job, onKey }).finally(() => progress.stop());
  if (fault !== undefined) terminal.note(errorText(fault, terminal));
  // Seen is better than believed; and the daemon's own figure follows what it sees.
  const again = {
    ...job,
    source: { label: '', total, isStdin: false, items: () => itemsOf(mendable) },
  };
  const left = (await look(client, again, terminal)).findings.length;
  const text = `repair: ${keys(total - left)} mended; now ${differing(left + rest)}`;
  await say(text, job, terminal);
  return left + rest;
}
