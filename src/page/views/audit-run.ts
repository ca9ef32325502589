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
/** Stops the audit that is under way. */
let stopping: AbortController | undefined;

export function stopAudit(): void {
  stopping?.abort();
}

export async function startAudit(): Promise<void> {
  if (stopping !== undefined) return;
  stopping = new AbortController();
  const { signal: stop } = stopping;
  run.value = { ...EMPTY, kind: 'running' };
  let after: string | undefined;
  do {
    const begun = performance.now();
    const answer = await page(after === undefined ? {} : { after }, stop);
    if (answer === undefined) return end(stop.aborted ? 'stopped' : 'failed');
    after = answer.next;
    // As the command line: the nodes have as much time for others.
    if (after !== undefined) await rest(performance.now() - begun, stop);
  } while (after !== undefined && !stop.aborted && run.value.findings.length < FINDINGS_MAX);
  return compareBusy(stop);
}

/** Compares keys again that had findings, as soon as the commands that repair them are done. */
export async function compareAgain(keys: readonly string[]): Promise<void> {
  if (stopping !== undefined) return;
  stopping = new AbortController();
  const again = new Set(keys);
  const { value } = run;
  run.value = {
    ...value,
    kind: 'running',
    findings: value.findings.filter(({ groupId }) => !again.has(groupId)),
    busy: [...value.busy, ...keys],
  };
  await compareBusy(stopping.signal);
}

/** The keys that were under way, a few times. */
async function compareBusy(stop: AbortSignal): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX && !stop.aborted && run.value.busy.length > 0; tries++) {
    await rest(BUSY_MS, stop);
    const keys = run.value.busy.slice(0, PAGE);
    run.value = {
      ...run.value,
      busy: run.value.busy.slice(PAGE),
      checked: run.value.checked - keys.length,
    };
    if ((await page({ keys }, stop)) === undefined) return end(stop.aborted ? 'stopped' : 'failed');
  }
  return end(stop.aborted ? 'stopped' : 'finished');
}

/** Ends earlier when the audit is stopped. */
function rest(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

function end(kind: 'stopped' | 'finished' | 'failed'): void {
  stopping = undefined;
  run.value = { ...run.value, kind };
}

interface Part {
  readonly after?: string;
  readonly keys?: readonly string[];
}

async function page(part: Part, stop: AbortSignal): Promise<AuditAnswer | undefined> {
  const bound = part.keys === undefined ? { limit: PAGE } : {};
  const outcome = await act<AuditAnswer>({ op: 'audit', ...bound, ...part }, stop);
  if (!outcome.ok) {
    if (!stop.aborted) run.value = { ...run.value, fault: outcome.fault };
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
