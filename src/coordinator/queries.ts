/** `status`, `list`, `stats`: looks that change nothing. */
import type { SagaState } from '../core/model.ts';
import type { ListFilter } from '../journal/port.ts';
import type { NodeReport, SummaryAnswer } from '../protocol/answer.ts';
import { errorReply } from '../protocol/errors.ts';
import type { ListRequest, StatusRequest } from '../protocol/request.ts';
import type { Answered } from '../protocol/work.ts';
import { storedAnswer, withOrigin } from './answers.ts';
import { inspect, type OperatorDesk } from './operators.ts';
import type { CoordinatorOptions, Respond } from './ports.ts';
import type { Turn } from './turn.ts';

const REPORT_TIMEOUT_MS = 2000;
/** Counting pages through every key of every node. */
const COUNT_TIMEOUT_MS = 60_000;
const RETRY_AFTER_MS = 1000;

export interface QueryDesk extends OperatorDesk {
  readonly options: CoordinatorOptions;
  readonly startedAt: number;
}

export function status(
  desk: QueryDesk,
  { request, respond }: { request: StatusRequest; respond: Respond },
  turn: Turn,
): void {
  const { id } = request;
  if (id === undefined) return summarize(desk, respond);
  const { ports, commands } = desk;
  const open = commands.registry.byId(id);
  // After the commit: until then an acceptance may still prove to be a repeat.
  turn.after(() => {
    if (open !== undefined && open.stage !== 'gone') {
      inspect(desk, open, (answer) =>
        respond('state' in answer && 'op' in answer ? withOrigin(answer, open.command) : answer),
      );
    }
  });
  turn.read(async () => {
    if (open !== undefined && open.stage !== 'gone') return;
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
    const { commands, next } = await ports.journal.list(filterOf(request, now), before, request.limit);
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
    return respond(
      errorReply('unavailable', 'the nodes could not be counted in time', {
        retryAfterMs: RETRY_AFTER_MS,
      }),
    );
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
  const reports: Readonly<Record<string, NodeReport>>[] = [];
  let missing = options.executors;
  const take = (value: Answered | undefined) => {
    if (value?.of === 'report') reports.push(value.nodes);
    if (--missing === 0) respond(summary(desk, reports));
  };
  for (let executor = 0; executor < options.executors; executor++) {
    const ticket = questions.ask(ports.now() + REPORT_TIMEOUT_MS, take);
    ports.order(executor, { kind: 'report', ticket });
  }
}

function summary(
  { ports, commands, options, startedAt }: QueryDesk,
  reports: readonly Readonly<Record<string, NodeReport>>[],
): SummaryAnswer {
  const lanes = {
    interactive: { waiting: 0, running: 0 },
    bulk: { waiting: 0, running: 0 },
  };
  let compensating = 0;
  let stuck = 0;
  for (const open of commands.registry.all()) {
    if (open.stage === 'dispatched') lanes[open.command.lane].running++;
    else lanes[open.command.lane].waiting++;
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
    settled: { ...commands.settledCounts },
    threads: ['main', 'coordinator', ...reports.map((_, index) => `executor-${index + 1}`)],
    nodes: Object.fromEntries(options.nodeNames.map((name) => [name, total(name, reports)])),
  };
}

/** The reports of all executors on one node, added up. */
function total(
  name: string,
  reports: readonly Readonly<Record<string, NodeReport>>[],
): NodeReport {
  let calls = 0;
  let lastFailure: string | undefined;
  const answers: Record<string, number> = {};
  for (const report of reports) {
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
