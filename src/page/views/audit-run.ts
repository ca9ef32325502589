/** An audit from the page: page by page, then the keys that were under way, until all are compared or it is stopped. */
import { signal } from '@preact/signals';
import type { AuditAnswer, AuditFinding } from '../../protocol/answer.ts';
import { act, type Fault } from '../data/api.ts';

const PAGE = 500;
/** Findings that are kept; beyond that the command line is the better tool. */
const FINDINGS_MAX = 1000;
/** A key that is always under way is left after so many tries. */
const TRIES_MAX = 5;
const BUSY_MS = 1000;

export interface Run {
  readonly kind: 'never' | 'running' | 'stopped' | 'finished' | 'failed';
  readonly checked: number;
  readonly findings: readonly AuditFinding[];
  /** Keys with commands under way: they were not compared. */
  readonly busy: readonly string[];
  /** Keys that all nodes hold and the journal does not know. */
  readonly unjournaled: number;
  readonly unlisted: readonly string[];
  readonly fault?: Fault;
}

const EMPTY: Run = {
  kind: 'never',
  checked: 0,
  findings: [],
  busy: [],
  unjournaled: 0,
  unlisted: [],
};

/** The latest one; it goes on while another view is shown. */
export const run = signal<Run>(EMPTY);
let isWanted = false;

export function stopAudit(): void {
  isWanted = false;
}

export async function startAudit(): Promise<void> {
  if (isWanted) return;
  isWanted = true;
  run.value = { ...EMPTY, kind: 'running' };
  let after: string | undefined;
  do {
    const answer = await page(after === undefined ? {} : { after });
    if (answer === undefined) return end('failed');
    after = answer.next;
  } while (after !== undefined && isWanted && run.value.findings.length < FINDINGS_MAX);
  for (let tries = 0; tries < TRIES_MAX && isWanted && run.value.busy.length > 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
    const keys = run.value.busy.slice(0, PAGE);
    run.value = {
      ...run.value,
      busy: run.value.busy.slice(PAGE),
      checked: run.value.checked - keys.length,
    };
    if ((await page({ keys })) === undefined) return end('failed');
  }
  return end(isWanted ? 'finished' : 'stopped');
}

function end(kind: 'stopped' | 'finished' | 'failed'): void {
  isWanted = false;
  run.value = { ...run.value, kind };
}

async function page(more: { readonly after?: string; readonly keys?: readonly string[] }) {
  const outcome = await act<AuditAnswer>({
    op: 'audit',
    ...(more.keys === undefined ? { limit: PAGE } : {}),
    ...more,
  });
  if (!outcome.ok) {
    run.value = { ...run.value, fault: outcome.fault };
    return undefined;
  }
  const { checked, findings, busy, unjournaled = [], unlisted = [] } = outcome.value;
  const { value } = run;
  run.value = {
    ...value,
    checked: value.checked + checked,
    findings: [...value.findings, ...findings].slice(0, FINDINGS_MAX),
    busy: [...value.busy, ...busy],
    unjournaled: value.unjournaled + unjournaled.length,
    unlisted: [...new Set([...value.unlisted, ...unlisted])],
  };
  return outcome.value;
}
