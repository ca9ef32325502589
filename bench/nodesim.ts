/**
 * The speed of nodesim alone: creates a second on one node and on all nodes at once, with 64
 * kept-alive connections to each node and clients in worker threads of their own (undici's Pool).
 * Also prints the processor time of a call inside nodesim, which does not depend on the speed of
 * the clients.
 *
 *     node bench/nodesim.ts [seconds a run, default 3]
 */
import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Pool } from 'undici';
import { startNodesim } from '../test/support/nodesim.ts';

const CONNECTIONS = 64;
/** Linux counts processor time in ticks of 10 ms. */
const TICK_MICROS = 10_000;

interface Load {
  readonly url: string;
  readonly prefix: string;
  readonly durationMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

interface Row {
  readonly what: string;
  readonly callsPerSecond: number;
  readonly cpuMicrosPerCall: number | undefined;
}

if (isMainThread) await main();
else await createAll(workerData as Load);

async function main(): Promise<void> {
  const durationMs = Number(process.argv[2] ?? 3) * 1000;
  await using sim = await startNodesim();
  const names = Object.keys(sim.urls);
  const own = (name: string): Load => ({
    url: sim.urls[name] ?? '',
    prefix: `${name}-`,
    durationMs,
    headers: {},
  });
  const shared = (name: string): Load => ({
    url: `${sim.sharedUrl}/v1`,
    prefix: `${name}-`,
    durationMs,
    headers: { node: name },
  });
  const [first = ''] = names;
  await measure('warm-up', [own(first)], sim.pid);
  const rows: Row[] = [];
  for (const [what, loads] of [
    ['one node', [own(first)]],
    [`${names.length} nodes`, names.map(own)],
    ['one node by the shared port', [shared(first)]],
    [`${names.length} nodes by the shared port`, names.map(shared)],
  ] as const) {
    await sim.reset();
    rows.push(await measure(what, loads, sim.pid));
  }
  print(rows);
}

/** Runs each load in a thread of its own, all at once. */
async function measure(what: string, loads: readonly Load[], pid: number): Promise<Row> {
  const cpuBefore = cpuMicros(pid);
  const rates = await Promise.all(loads.map(runThread));
  const cpuAfter = cpuMicros(pid);
  const calls = rates.reduce((sum, rate) => sum + rate.calls, 0);
  const perSecond = rates.reduce((sum, rate) => sum + (rate.calls / rate.elapsedMs) * 1000, 0);
  return {
    what,
    callsPerSecond: perSecond,
    cpuMicrosPerCall:
      cpuBefore === undefined || cpuAfter === undefined
        ? undefined
        : (cpuAfter - cpuBefore) / calls,
  };
}

interface Rate {
  readonly calls: number;
  readonly elapsedMs: number;
}

function runThread(load: Load): Promise<Rate> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: load });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

async function createAll({ url, prefix, durationMs, headers }: Load): Promise<void> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: CONNECTIONS });
  const started = performance.now();
  let calls = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - started < durationMs) {
      calls += 1;
      const groupId = `${prefix}${calls}`;
      const { statusCode, body } = await pool.request({
        path: `${pathname}/group`,
        method: 'POST',
        headers: { ...headers, timestamp: `1633786070.${calls}` },
        body: `{"groupId":"${groupId}"}`,
      });
      await body.dump();
      if (statusCode !== 201) throw new Error(`${groupId}: ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  parentPort?.postMessage({ calls, elapsedMs: performance.now() - started });
  await pool.close();
}

/** User and system time of a process so far; undefined without /proc. */
function cpuMicros(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
  } catch {
    return undefined;
  }
}

function print(rows: readonly Row[]): void {
  console.log(`creates, ${CONNECTIONS} connections a node`);
  for (const { what, callsPerSecond, cpuMicrosPerCall } of rows) {
    const cpu =
      cpuMicrosPerCall === undefined ? '' : `${cpuMicrosPerCall.toFixed(1)} µs CPU a call`;
    console.log(`${what.padEnd(30)} ${callsPerSecond.toFixed(0).padStart(8)} calls/s   ${cpu}`);
  }
}
