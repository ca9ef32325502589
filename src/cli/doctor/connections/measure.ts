/**
 * `lockstep doctor --measure`: how fast each node answers reads with 1, 2, 4 … 32 calls at once, and the number of
 * connections that is enough. It sends only reads of an unused key.
 *
 * Bounds (P9): one node after the other, a second for each number, less with many nodes; calls under way then have
 * twice as long. At the first failure a node is measured no further.
 */
import type { ConfiguredNode, Settings } from '../../../config/schema.ts';
import { unusedKey } from '../../../node/dialect/unused-key.ts';
import type { NodeClient } from '../../../node/node-client.ts';
import { type Finding, ok, warn } from '../finding.ts';
import { clientOf, lookUpName } from '../node-client.ts';
import { propose, type Rate } from './proposal.ts';

const NUMBERS = [1, 2, 4, 8, 16, 32] as const;
const EACH_MS = 1000;
const ALL_MS = 60_000;

export interface MeasureTerms {
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long reads are begun with each number, ms; by default by the number of nodes. */
  readonly eachMs?: number;
}

export async function measureNodes({
  settings,
  env,
  eachMs = Math.min(EACH_MS, ALL_MS / (NUMBERS.length * settings.nodes.length)),
}: MeasureTerms): Promise<readonly Finding[]> {
  const { dialect } = settings;
  const findings: Finding[] = [];
  for (const node of settings.nodes) {
    const client = clientOf(node, { dialect, env, connections: Math.max(...NUMBERS) });
    try {
      await lookUpName(client);
      findings.push(findingOf(node, await ratesOf(client, eachMs)));
    } finally {
      client.close();
    }
  }
  return findings;
}

async function ratesOf(client: NodeClient, eachMs: number): Promise<readonly Rate[]> {
  const rates: Rate[] = [];
  const restMs = 2 * eachMs;
  // The first calls take longer, and are not measured.
  const first = await rateOf(client, { connections: 1, forMs: eachMs / 4, restMs });
  if (first.fault !== undefined) return [first];
  for (const connections of NUMBERS) {
    const rate = await rateOf(client, { connections, forMs: eachMs, restMs });
    rates.push(rate);
    if (rate.fault !== undefined) break;
  }
  return rates;
}

interface Round {
  readonly connections: number;
  /** How long reads are begun, and how long those that run then may take. */
  readonly forMs: number;
  readonly restMs: number;
}

async function rateOf(client: NodeClient, { connections, forMs, restMs }: Round): Promise<Rate> {
  const groupId = unusedKey(client.options.dialect);
  const times: number[] = [];
  const running = new Set<{ abort(): void }>();
  let fault: string | undefined;
  const read = () =>
    new Promise<void>((resolve) => {
      const call = client.exchange({ kind: 'read' }, { groupId }, (answer, _signal, tookMs) => {
        running.delete(call);
        if (answer.kind === 'absent') times.push(tookMs);
        else fault ??= client.redact(answer.detail);
        resolve();
      });
      running.add(call);
    });
  const begunAt = performance.now();
  const work = async () => {
    do await read();
    while (fault === undefined && performance.now() - begunAt < forMs);
  };
  const stopAll = () => {
    fault ??= `no answer within ${Math.ceil(forMs + restMs)} ms`;
    for (const call of running) call.abort();
  };
  const timer = setTimeout(stopAll, forMs + restMs);
  await Promise.all(Array.from({ length: connections }, work));
  clearTimeout(timer);
  const perSecond = (1000 * times.length) / (performance.now() - begunAt);
  return { connections, perSecond, p99Ms: p99Of(times), fault };
}

function p99Of(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0;
}

function findingOf({ name, limits }: ConfiguredNode, rates: readonly Rate[]): Finding {
  const check = `connections of ${name}`;
  const { connectionsPerNode: set } = limits;
  const proposal = propose(rates, set);
  const fault = rates.at(-1)?.fault;
  if (proposal === undefined) {
    return warn(check, `not measured: ${fault}`, 'Correct the findings about the node first.');
  }
  const { best, isSetTooHigh } = proposal;
  const figures = rates.map(({ connections, perSecond, p99Ms, fault: failed }) =>
    failed === undefined
      ? `${connections}: ${perSecond.toFixed(0)} reads/s, p99 ${p99Ms.toFixed(0)} ms`
      : `${connections}: failed (${failed})`,
  );
  const detail = `enough for reads: ${best.connections}, set: ${set}; ${figures.join('; ')}; changes may need fewer`;
  if (!isSetTooHigh) return ok(check, detail);
  const hint = `Set limits: {connectionsPerNode: ${best.connections}} of the node or its dialect: with ${set} it answers fewer reads a second, or fails.`;
  return warn(check, detail, hint);
}
