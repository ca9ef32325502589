/** Findings of an audit as text. */

import { durationText } from '../../base/time/duration-text.ts';
import type { AuditFinding } from '../../client/index.ts';
import { faultJson, isFault } from '../fault.ts';
import { table } from '../output/table.ts';
import { plain, type Terminal } from '../output/terminal.ts';
import type { Walked } from './walk.ts';

const SHOWN_MAX = 50;

/** One row for each key, one column for each node. */
export function findingTable(findings: readonly AuditFinding[], room: number): string {
  const shown = findings.slice(0, SHOWN_MAX);
  const nodes = [...new Set(shown.flatMap((one) => Object.keys(one.nodes)))];
  const titles = ['key', 'finding', 'journal', ...nodes, 'repair'].map((title) => ({
    title: plain(title),
  }));
  const rows = shown.map((one) => [
    plain(one.groupId),
    one.kind,
    one.journal,
    ...nodes.map((name) => cell(one, name)),
    remedyText(one),
  ]);
  const more = findings.length - shown.length;
  return table(titles, rows, room) + (more > 0 ? `\n… and ${more} more` : '');
}

/** Keys that are no findings, one a line. */
export function unjournaledText(unjournaled: ReadonlySet<string>): string {
  const shown = [...unjournaled].slice(0, SHOWN_MAX).map((key) => `  ${plain(key)}`);
  const more = unjournaled.size - shown.length;
  return [...shown, ...(more > 0 ? [`  … and ${more} more: --json shows them all`] : [])].join(
    '\n',
  );
}

/** `replace by node01`; of one that cannot be repaired, the reason. */
function remedyText({ repair }: AuditFinding): string {
  if (repair === undefined) return '';
  if (repair.error !== undefined) return `none: ${plain(repair.error.message)}`;
  const by = repair.right === undefined ? '' : ` by ${plain(repair.right)}`;
  return `${actOf(repair)}${by}`;
}

function actOf({ op, replaces }: NonNullable<AuditFinding['repair']>): string {
  return replaces === undefined ? op : 'replace';
}

function cell({ kind, nodes, repair }: AuditFinding, name: string): string {
  const seen = nodes[name];
  if (seen === undefined) return '';
  if (repair?.right === name) return `${seen.state}, right`;
  if (repair?.replaces?.includes(name)) return `${seen.state}, replaced`;
  const owner = kind === 'foreign' && seen.owner !== undefined ? ` by ${plain(seen.owner)}` : '';
  return `${seen.state}${owner}`;
}

export interface Audited {
  readonly walked: Walked;
  readonly findings: readonly AuditFinding[];
  /** The nodes were compared with the journal too. */
  readonly journal: boolean;
  readonly elapsedMs: number;
}

/** `audit: 3 keys differ (missing 2, stray 1), 100000 compared in 12.3 s`. */
export function auditLine(audited: Audited, terminal: Terminal): string {
  const { walked, findings, elapsedMs } = audited;
  const { checked, busy, unjournaled, unlisted, isWhole } = walked;
  const isUndecided = findings.some(({ kind, repair }) => kind === 'different' && !repair);
  const parts = [`audit: ${verdict(audited, terminal)}`];
  const compared = checked - busy;
  if (compared > 0) parts.push(`${compared} compared`);
  if (busy > 0) parts.push(`${keys(busy)} not compared: commands were under way on them`);
  parts.push(`in ${durationText(elapsedMs)}`);
  const line = `${parts.join(', ')}${isWhole ? '' : '; stopped early: there are more keys'}`;
  const lines = [line];
  if (unjournaled.size > 0) {
    const are = unjournaled.size === 1 ? 'is' : 'are';
    lines.push(`${keys(unjournaled.size)} ${are} on all nodes and not known to the journal`);
  }
  if (isUndecided) lines.push('different: --right NODE says which node has the right record');
  if (unlisted.length > 0) {
    const nodes = unlisted.map(plain).join(', ');
    lines.push(`${nodes} can't list keys: the keys of the journal were read one by one`);
  }
  return lines.join('\n');
}

function verdict({ walked, findings, journal }: Audited, terminal: Terminal): string {
  if (findings.length > 0) {
    const detail = [...kindsOf(findings)].map(([kind, count]) => `${kind} ${count}`).join(', ');
    return `${terminal.paint('red', differing(findings.length))} (${detail})`;
  }
  if (walked.checked === walked.busy) return terminal.paint('yellow', 'no key was compared');
  const whom = !journal || walked.unjournaled.size > 0 ? 'each other' : 'the journal';
  return terminal.paint('green', `the nodes agree with ${whom}`);
}

/** The last line of an audit with --json. */
export function auditJson({ walked, findings, elapsedMs }: Audited) {
  const { checked, busy, unjournaled, unlisted, isWhole, fault } = walked;
  const error = fault === undefined || !isFault(fault) ? fault : faultJson(fault);
  return {
    op: 'audit',
    compared: checked,
    differing: findings.length,
    kinds: Object.fromEntries(kindsOf(findings)),
    notJudged: busy,
    unjournaled: unjournaled.size,
    unlisted,
    complete: isWhole,
    elapsedMs: Math.round(elapsedMs),
    ...(error === undefined ? {} : { error: error.error }),
  };
}

function kindsOf(findings: readonly AuditFinding[]): ReadonlyMap<string, number> {
  const kinds = new Map<string, number>();
  for (const { kind } of findings) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return kinds;
}

/** `create 2, delete 1, replace 3`; empty if nothing can be repaired. */
export function remediesText(findings: readonly AuditFinding[]): string {
  const counts = new Map<string, number>();
  for (const { repair } of findings) {
    if (repair === undefined || repair.error !== undefined) continue;
    const act = actOf(repair);
    counts.set(act, (counts.get(act) ?? 0) + 1);
  }
  return [...counts].map(([op, count]) => `${op} ${count}`).join(', ');
}

export function keys(count: number): string {
  return count === 1 ? '1 key' : `${count} keys`;
}

export function differing(count: number): string {
  return `${keys(count)} ${count === 1 ? 'differs' : 'differ'}`;
}
