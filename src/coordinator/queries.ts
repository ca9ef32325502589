/** `status`, `list`, `stats`: looks that change nothing. */
import type { Lane, SagaState } from '../core/model.ts';
import type { ListFilter } from '../journal/port.ts';
import type { LanesAnswer, NodeReport, SummaryAnswer } from '../protocol/answer.ts';
import { errorReply } from '../protocol/errors.ts';
import type { ListRequest, StatusRequest } from '../protocol/request.ts';
import { storedAnswer, withOrigin } from './answers.ts';
import type { Breakers } from './breakers.ts';
import type { Divergence } from './divergence.ts';
import { missingNodes } from './missing-nodes.ts';
import { inspect, type OperatorDesk } from './operators.ts';
import type { Pauses } from './pauses.ts';
import type { CoordinatorOptions, Respond } from './ports.ts';
import type { Turn } from './turn.ts';
import { unavailable } from './unavailable.ts';

const REPORT_TIMEOUT_MS = 2000;
/** Counting pages through every key of every node. */
const COUNT_TIMEOUT_MS = 60_000;

/** One executor's reports, by node. */
type NodeReports = Readonly<Record<string, NodeReport>>;

export interface QueryDesk extends OperatorDesk {
  readonly options: CoordinatorOptions;
  readonly breakers: Breakers;
  readonly pauses: Pauses;
  readonly startedAt: number;
  /** What the last audit has found. */
  readonly divergence: Divergence;
}

export function status(
  desk: QueryDesk,
  { request, respond }: { request: StatusRequest; respond: Respond },
  turn: Turn,
): void {
  const { id } = request;
  if (id === undefined) return summarize(desk, respond);
  const open = desk.commands.registry.byId(id);
  if (open === undefined) return lookUp(desk, { id, respond }, turn);
  // After the commit: until then it may still settle, or prove to be a repeat.
  turn.after(() => {
    if (open.stage === 'gone') return desk.post((later) => lookUp(desk, { id, respond }, later));
    return inspect(desk, open, (answer) =>
      respond('state' in answer && 'op' in answer ? withOrigin(answer, open.command) : answer),
    );
  });
}

function lookUp(
  { ports }: QueryDesk,
  { id, respond }: { id: string; respond: Respond },
  turn: Turn,
): void {
  turn.read(async () => {
    const stored = await ports.journal.find(id);
    if (stored === undefined) respond(errorReply('unknown_command', `no command ${id}`, { id }));
    else respond(withOrigin(storedAnswer(stored, ports.now()), stored.command));
  });
}

export function list(
  { ports }: QueryDesk,
  { request, respond }: { request: ListRequest; respond: Respond },
  turn: Turn,
): void {
  const now = ports.now();
  const before = request.cursor === undefined ? undefined : Number(request.cursor);
  turn.read(async () => {
    const { commands, next } = await ports.journal.list(
      filterOf(request, now),
      before,
      request.limit,
    );
    respond({
      commands: commands.map((stored) => withOrigin(storedAnswer(stored, now), stored.command)),
      ...(next === undefined ? {} : { next: String(next) }),
    });
  });
}

export function stats({ ports, questions, options }: QueryDesk, respond: Respond): void {
  const executor = Math.floor(ports.random() * options.executors);
  const ticket = questions.ask(ports.now() + COUNT_TIMEOUT_MS, (value) => {
    if (value?.of === 'count') return respond(value.stats);
    return respond(unavailable('the nodes could not be counted in time'));
  });
  ports.order(executor, { kind: 'count', ticket });
}

function filterOf(request: ListRequest, now: number): ListFilter {
  const { state, stuck, groupId, node, olderThanMs, youngerThanMs } = request;
  const states: readonly SagaState[] | undefined = typeof state === 'string' ? [state] : state;
  return {
    ...(states === undefined ? {} : { states }),
    ...(stuck === undefined ? {} : { stuck }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(node === undefined ? {} : { node }),
    ...(olderThanMs === undefined ? {} : { acceptedBefore: now - olderThanMs }),
    ...(youngerThanMs === undefined ? {} : { acceptedSince: now - youngerThanMs }),
  };
}

function summarize(desk: QueryDesk, respond: Respond): void {
  const { ports, questions, options } = desk;
  const reports = new Map<number, NodeReports>();
  let missing = options.executors;
  for (let executor = 0; executor < options.executors; executor++) {
    const ticket = questions.ask(ports.now() + REPORT_TIMEOUT_MS, (value) => {
      if (value?.of === 'report') reports.set(executor, value.nodes);
      if (--missing === 0) respond(summary(desk, reports));
    });
    ports.order(executor, { kind: 'report', ticket });
  }
}

/** By executor that has answered in time, from 0. */
function summary(
  { ports, commands, options, breakers, pauses, startedAt, divergence }: QueryDesk,
  reports: ReadonlyMap<number, NodeReports>,
): SummaryAnswer {
  const { lanes } = lanesOf({ commands, pauses });
  const answered = [...reports.keys()].sort((a, b) => a - b);
  let compensating = 0;
  let stuck = 0;
  for (const open of commands.registry.all()) {
    if (open.state === 'compensating') compensating++;
    if (open.stuck) stuck++;
  }
  return {
    version: options.version,
    pid: options.pid,
    uptimeMs: Math.round(ports.now() - startedAt),
    state: commands.draining ? 'draining' : 'running',
    open: commands.registry.size,
    openMax: options.openMax,
    compensating,
    stuck,
    lanes,
    settled: commands.settledCounts.byState,
    threads: ['main', 'coordinator', ...answered.map((index) => `executor-${index + 1}`)],
    nodes: Object.fromEntries(
      Object.entries(breakers.views).map(([name, breaker]) => {
        return [name, { ...total(name, reports), breaker }];
      }),
    ),
    ...missingOf(commands, options),
    ...(commands.unsupervised ? { unsupervised: true } : {}),
    ...(commands.refusal === undefined ? {} : { refusing: commands.refusal.error.message }),
    ...auditOf(divergence),
  };
}

export function lanesOf({ commands, pauses }: Pick<QueryDesk, 'commands' | 'pauses'>): LanesAnswer {
  const counts = {
    interactive: { waiting: 0, running: 0 },
    bulk: { waiting: 0, running: 0 },
  };
  for (const { stage, command } of commands.registry.all()) {
    if (stage === 'dispatched') counts[command.lane].running++;
    else counts[command.lane].waiting++;
  }
  const standing = (lane: Lane) => {
    const paused = pauses.of(lane);
    return { ...counts[lane], ...(paused === undefined ? {} : { paused }) };
  };
  return { lanes: { interactive: standing('interactive'), bulk: standing('bulk') } };
}

function missingOf(
  { registry }: QueryDesk['commands'],
  { nodeNames }: CoordinatorOptions,
): Pick<SummaryAnswer, 'missingNodes'> {
  const counts = missingNodes(registry.all(), nodeNames);
  return Object.keys(counts).length === 0 ? {} : { missingNodes: counts };
}

function auditOf({ standing }: Divergence): Pick<SummaryAnswer, 'audit'> {
  if (standing === undefined) return {};
  const { divergent, finishedAt } = standing;
  return { audit: { divergent, finishedAt: new Date(finishedAt).toISOString() } };
}

/** The reports of all executors on one node, added up. */
function total(name: string, reports: ReadonlyMap<number, NodeReports>): NodeReport {
  let calls = 0;
  let lastFailure: string | undefined;
  const answers: Record<string, number> = {};
  for (const report of reports.values()) {
    const node = report[name];
    if (node === undefined) continue;
    calls += node.calls;
    lastFailure ??= node.lastFailure;
    for (const [kind, count] of Object.entries(node.answers)) {
      answers[kind] = (answers[kind] ?? 0) + count;
    }
  }
  return { calls, answers, ...(lastFailure === undefined ? {} : { lastFailure }) };
}
