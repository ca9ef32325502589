/** `status` without an id, as text. */

import { durationText } from '../../base/time/duration-text.ts';
import { isNearlyFull } from '../../protocol/accepting.ts';
import type {
  LanesAnswer,
  NodeStatus,
  OperatorStop,
  SummaryAnswer,
} from '../../protocol/answer.ts';
import { acceptingText, refusedText } from './accepting-text.ts';
import { breakerState } from './breaker-text.ts';
import { indent, table } from './table.ts';
import { plain, type Terminal } from './terminal.ts';

const RIGHT = 'right' as const;

export function summaryText(answer: SummaryAnswer, terminal: Terminal): string {
  const state = terminal.paint(answer.state === 'running' ? 'green' : 'yellow', answer.state);
  return [
    `lockstepd ${plain(answer.version)}, pid ${answer.pid}: ${state} for ${durationText(answer.uptimeMs)}, ${acceptingText(answer, terminal)}`,
    `open: ${answer.open} of at most ${answer.openMax}, ${answer.compensating} rolling back, ${stuckText(answer, terminal)}`,
    ...heldLine(answer, terminal),
    ...parkedLine(answer, terminal),
    `settled since the start: ${countsText(answer.settled) || 'none'}`,
    ...troubleLines(answer, terminal),
    ...drainedLines(answer, terminal),
    ...retiredLines(answer, terminal),
    ...nodesLine(answer, terminal),
    ...auditLine(answer, terminal),
    ...regularAuditLine(answer),
    `threads: ${answer.threads.map(plain).join(', ')}`,
    '',
    indent(laneTable(answer, terminal.roomFor({ indent: 2 }))),
    '',
    indent(nodeTable(answer.nodes, terminal)),
  ].join('\n');
}

function stuckText({ stuck }: SummaryAnswer, terminal: Terminal): string {
  if (stuck === 0) return terminal.paint('dim', '0 stuck');
  return `${terminal.paint('red', `${stuck} stuck`)}: lockstep list --stuck`;
}

/** What an operator must see first. */
function troubleLines(answer: SummaryAnswer, terminal: Terminal): readonly string[] {
  return troublesOf(answer).map((text) => terminal.paint('red', text));
}

/** Shown until the next start. */
export const NODES_CHANGED = 'the list of nodes changed with this start; before, it was';

const UNPROTECTED =
  'other machines can reach the daemon, and everybody there can command it (LOCKSTEP_UNPROTECTED)';

export function troublesOf(summary: SummaryAnswer): readonly string[] {
  return [...ofDaemon(summary), ...ofQueue(summary)];
}

function ofQueue(summary: SummaryAnswer): readonly string[] {
  if (!isNearlyFull(summary) || summary.refusal?.reason === 'full') return [];
  return [
    `${summary.open} of at most ${summary.openMax} commands are open, beyond that new ones are answered busy: lockstep pause bulk, or lockstep cancel --lane bulk --dry-run`,
  ];
}

function ofDaemon({
  unsupervised,
  unprotected,
  clientListFault,
  refusal,
  missingNodes,
}: SummaryAnswer): readonly string[] {
  return [
    ...(unprotected ? [UNPROTECTED] : []),
    ...(clientListFault === undefined ? [] : [listFaultText(clientListFault)]),
    ...(unsupervised ? ['pm2 is gone: after a crash nothing restarts the daemon'] : []),
    // The state already shows that it is draining.
    ...(refusal === undefined || refusal.reason === 'draining' ? [] : [refusedText(refusal)]),
    ...Object.entries(missingNodes ?? {}).map(
      ([name, count]) =>
        `${plain(name)} is not configured, and ${count === 1 ? '1 open command needs' : `${count} open commands need`} it`,
    ),
  ];
}

function listFaultText(fault: string): string {
  return `the list of clients cannot be used, the last one stays in force: ${plain(fault)}`;
}

/** `since 2026-11-30T08:00:00.000Z by ann@bastion`. */
export function stopText({ since, by }: OperatorStop): string {
  return `since ${plain(since)}${by === undefined ? '' : ` by ${plain(by)}`}`;
}

/** One text for each drained node. */
export function drainedTexts({ nodes }: Pick<SummaryAnswer, 'nodes'>): readonly string[] {
  return Object.entries(nodes).flatMap(([name, { drained }]) =>
    drained === undefined
      ? []
      : [`${plain(name)} is drained ${stopText(drained)}: new commands wait`],
  );
}

/** One text for each retired node that is still configured. */
export function retiredTexts({ nodes }: Pick<SummaryAnswer, 'nodes'>): readonly string[] {
  return Object.entries(nodes).flatMap(([name, { retired }]) =>
    retired === undefined
      ? []
      : [`${plain(name)} is retired ${stopText(retired)}: take it out of the configuration`],
  );
}

function retiredLines(answer: SummaryAnswer, terminal: Terminal): readonly string[] {
  return retiredTexts(answer).map((text) => terminal.paint('red', text));
}

function drainedLines(answer: SummaryAnswer, terminal: Terminal): readonly string[] {
  return drainedTexts(answer).map((text) => terminal.paint('yellow', text));
}

function heldLine({ held }: SummaryAnswer, terminal: Terminal): readonly string[] {
  if (held === undefined) return [];
  const what = terminal.paint('yellow', `${held} held`);
  return [`${what} since the journal was restored: lockstep restore --resume or --abandon`];
}

function nodesLine({ nodesBefore }: SummaryAnswer, terminal: Terminal): readonly string[] {
  if (nodesBefore === undefined) return [];
  return [`${terminal.paint('yellow', NODES_CHANGED)}: ${plain(nodesBefore)}`];
}

function parkedLine({ parked }: SummaryAnswer, terminal: Terminal): readonly string[] {
  if (parked === undefined) return [];
  const what = terminal.paint('red', `${parked} parked`);
  return [`${what}, since they crashed the daemon: lockstep list --parked`];
}

function auditLine({ audit }: SummaryAnswer, terminal: Terminal): readonly string[] {
  if (audit === undefined) return [];
  const { divergent, finishedAt } = audit;
  const many = divergent === 1 ? '1 key differs' : `${divergent} keys differ`;
  const found = terminal.paint(divergent > 0 ? 'red' : 'green', many);
  const names = divergent > 0 ? ': lockstep audit names them' : '';
  return [`audited ${plain(finishedAt)}: ${found}${names}`];
}

function regularAuditLine({ regularAudit }: SummaryAnswer): readonly string[] {
  if (regularAudit === undefined) return [];
  const { nextAt, running, waitsFor } = regularAudit;
  if (waitsFor !== undefined)
    return [`regular audit: due since ${plain(nextAt)}, ${plain(waitsFor)}`];
  return [running ? 'regular audit: under way' : `next regular audit: ${plain(nextAt)}`];
}

export function laneTable({ lanes }: LanesAnswer, room: number): string {
  return table(
    [
      { title: 'lane' },
      { title: 'waiting', align: RIGHT },
      { title: 'running', align: RIGHT },
      { title: '' },
    ],
    Object.entries(lanes).map(([name, { waiting, running, paused }]) => [
      name,
      String(waiting),
      String(running),
      paused === undefined ? '' : `paused ${stopText(paused)}`,
    ]),
    room,
  );
}

function nodeTable(nodes: Readonly<Record<string, NodeStatus>>, terminal: Terminal): string {
  return table(
    [
      { title: 'node' },
      { title: 'breaker' },
      { title: 'calls', align: RIGHT, rank: 2 },
      { title: 'running', align: RIGHT, rank: 4 },
      { title: 'p50', align: RIGHT, rank: 5 },
      { title: 'p99', align: RIGHT, rank: 3 },
      { title: 'answers', rank: 1 },
      { title: 'last failure' },
    ],
    Object.entries(nodes).map(([name, { calls, answers, lastFailure, breaker, ...load }]) => [
      plain(name),
      breakerState(breaker, terminal),
      String(calls),
      ...loadCells(load),
      countsText(answers),
      plain(lastFailure ?? ''),
    ]),
    terminal.roomFor({ indent: 2 }),
  );
}

/** Calls that run, and how soon the node has answered lately. */
function loadCells({
  running,
  runningMax,
  latencyMs,
}: Pick<NodeStatus, 'running' | 'runningMax' | 'latencyMs'>): readonly string[] {
  const isKnown = running !== undefined && runningMax !== undefined;
  return [
    isKnown ? `${running}/${runningMax}` : '',
    latencyMs === undefined ? '' : durationText(latencyMs.p50),
    latencyMs === undefined ? '' : durationText(latencyMs.p99),
  ];
}

/** `applied 98, unsure 12`, the most first. */
function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${plain(name)} ${count}`)
    .join(', ');
}
