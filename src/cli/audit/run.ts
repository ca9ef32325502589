/**
 * `lockstep audit`: compares all keys first, and reports the findings. Only then, if that was asked
 * for and confirmed, it repairs them, and compares the repaired keys again.
 */
import type { AuditAnswer, AuditFinding, LockstepClient } from '../../client/index.ts';
import type { ErrorReply } from '../../protocol/errors.ts';
import type { KeySource } from '../bulk/keys.ts';
import { EXIT, type ExitCode, exitOfReply } from '../exit-code.ts';
import { exitOfFault, isFault, printFault } from '../fault.ts';
import { agree } from '../input/question.ts';
import { errorText } from '../output/answer-text.ts';
import { showProgress } from '../output/progress.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import { repairAll } from './repair.ts';
import {
  auditJson,
  auditLine,
  differing,
  findingTable,
  keys,
  remediesText,
  unjournaledText,
} from './report.ts';
import { itemsOf, type Walk, type Walked, walk } from './walk.ts';

/** The reason for the question before a repair. */
export const WHY = 'audit --repair changes nodes';

export interface AuditJob
  extends Pick<Walk, 'unknown' | 'journal' | 'content' | 'right' | 'rate' | 'stop'> {
  readonly source: KeySource | undefined;
  readonly repair: boolean;
  /** Name the keys that all nodes hold and the journal does not know. */
  readonly unjournaled: boolean;
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
  const { journal } = job;
  const audited = { walked, findings, journal, elapsedMs: performance.now() - begun };
  const { json } = job;
  const unjournaled = job.unjournaled ? walked.unjournaled : new Set<string>();
  if (json) for (const groupId of unjournaled) await terminal.json({ groupId, unjournaled: true });
  if (json && !job.repair) for (const one of findings) await terminal.json(one);
  else if (!json && findings.length > 0)
    await terminal.line(findingTable(findings, terminal.roomFor()));
  if (!json) await terminal.line(auditLine(audited, terminal));
  if (!json && job.right !== undefined && !job.content && job.source === undefined) {
    await terminal.line(
      'contents that all nodes hold were not compared: add --content, or --keys FILE',
    );
  }
  if (!json && unjournaled.size > 0) await terminal.line(unjournaledText(unjournaled));
  const { fault, isWhole } = walked;
  const mendable = job.repair && isWhole;
  const repaired = mendable ? await mend(client, job, { terminal, findings }) : undefined;
  if (json) {
    const repair = repaired === undefined ? {} : { repair: repaired };
    await terminal.json({ summary: { ...auditJson(audited), ...repair } });
  } else if (repaired !== undefined && repaired.asked > 0) {
    const { mended, left } = repaired;
    await terminal.line(`repair: ${keys(mended)} repaired; now ${differing(left)}`);
  }
  const shown = fault ?? repaired?.fault;
  // The reader of the output is gone: there is nothing to show.
  if (shown !== undefined && !job.stop.aborted) return ended(shown, job, terminal);
  const left = repaired?.left ?? findings.length;
  const nothing = walked.checked === walked.busy && !isEmpty(job, walked);
  return left === 0 && !nothing && !job.stop.aborted ? EXIT.done : EXIT.notDone;
}

/** There is no key: the nodes listed none, and the journal knows none. */
function isEmpty({ source }: AuditJob, { checked, unlisted }: Walked): boolean {
  return source === undefined && checked === 0 && unlisted.length === 0;
}

/** In JSON the summary has it. */
function ended(fault: NonNullable<Walked['fault']>, { json }: AuditJob, terminal: Terminal) {
  if (isFault(fault)) {
    if (!json) printFault(fault, terminal);
    return exitOfFault(fault);
  }
  if (!json) terminal.complain(errorText(fault, terminal));
  return exitOfReply(fault);
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

interface Repaired {
  /** Number of keys to repair. */
  readonly asked: number;
  readonly mended: number;
  /** Number of keys that still differ. */
  readonly left: number;
  readonly fault?: ErrorReply;
}

async function mend(
  client: LockstepClient,
  job: AuditJob,
  {
    terminal,
    findings,
  }: { readonly terminal: Terminal; readonly findings: readonly AuditFinding[] },
): Promise<Repaired> {
  const mendable = findings.filter(({ repair }) => repair && repair.error === undefined);
  const total = mendable.length;
  const rest = findings.length - total;
  if (total === 0) return { asked: 0, mended: 0, left: rest };
  const question = `Repair ${keys(total)} (${remediesText(mendable)})?`;
  await agree(question, WHY, { yes: job.yes, terminal });
  const progress = showProgress(terminal, { title: 'repair', total, failing: 'not done' });
  let done = 0;
  let failed = 0;
  let firstFailure: string | undefined;
  const lost = new Map<string, string>();
  const onKey = async (finding: AuditFinding, state: string) => {
    done++;
    if (state !== 'committed') failed++;
    if (isLost(finding, state)) lost.set(finding.groupId, lostText(finding));
    else if (state !== 'committed') firstFailure ??= failureText(finding, state);
    progress.update(done, failed);
    if (job.json) await terminal.json({ ...finding, state });
  };
  const fault = await repairAll(client, mendable, { ...job, onKey }).finally(() => progress.stop());
  if (firstFailure !== undefined && !job.json) await terminal.line(firstFailure);
  if (!job.json) for (const text of lost.values()) await terminal.line(text);
  // A check proves the repair, and updates the daemon's own figure.
  const items = () => itemsOf(mendable);
  const again = { ...job, source: { label: '', total, isStdin: false, items } };
  const differing = (await look(client, again, terminal)).findings;
  // The nodes of a key that all of them have lost agree: no look finds it.
  const differ = new Set([...differing.map(({ groupId }) => groupId), ...lost.keys()]).size;
  const shown = fault === undefined ? {} : { fault };
  return { asked: total, mended: total - differ, left: differ + rest, ...shown };
}

/** The key was deleted, or may have been, and its right record is not made again: no node may hold it. */
function isLost({ repair }: AuditFinding, state: string): boolean {
  return repair?.replaces !== undefined && LOSING.has(state);
}

const LOSING: ReadonlySet<string> = new Set(['rolled_back', 'refused', 'abandoned']);

function lostText({ groupId, repair }: AuditFinding): string {
  const show = `\`lockstep status ${plain(repair?.id ?? '')} --record\` shows its record`;
  return `${plain(groupId)} was not replaced. If its delete succeeded, no node holds it now: ${show}`;
}

/** Undefined: a command has come to the key meanwhile, or its difference is gone. */
function failureText({ groupId, repair }: AuditFinding, state: string): string | undefined {
  if (state === 'left') return undefined;
  return `the repair of ${plain(groupId)} failed: ${plain(repair?.error?.message ?? state)}`;
}
