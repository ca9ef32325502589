/** The set-up of a siege: simulated nodes, one of them hostile at will, and the real daemon in a process of its own. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { type Nodesim, startNodesim } from '../support/nodesim.ts';
import { HostileNode } from './hostile-node.ts';

/** The default of `memoryLimitBytes`. */
export const LIMIT_BYTES = 1024 * 1024 * 1024;
const HOSTILE = 'node03';

export interface Stage extends AsyncDisposable {
  readonly daemon: Daemon;
  readonly sim: Nodesim;
  readonly hostile: HostileNode;
  /** Greatest memory of the daemon so far, as the kernel counts it. */
  peakBytes(): number;
  residentBytes(): number;
  openFiles(): number;
}

export async function setStage(seed: number): Promise<Stage> {
  const stack = new AsyncDisposableStack();
  const sim = stack.use(await startNodesim({ seed }));
  const hostile = stack.use(await HostileNode.before(sim.urls[HOSTILE] ?? ''));
  const nodes = Object.entries({ ...sim.urls, [HOSTILE]: hostile.url });
  const daemon = stack.use(
    await startDaemon({
      nodes: nodes.map(([name, url]) => `${name}=${url}`).join(),
      executors: 2,
      env: {
        MALLOC_MMAP_THRESHOLD_: '131072',
        LOCKSTEP_MEMORY_LIMIT_BYTES: String(LIMIT_BYTES),
        LOCKSTEP_LOG_LEVEL: 'warn',
      },
    }),
  );
  const { pid } = daemon;
  let peak = 0;
  return {
    daemon,
    sim,
    hostile,
    peakBytes: () => {
      if (daemon.alive) peak = Math.max(peak, memory(pid, 'VmHWM'));
      return peak;
    },
    residentBytes: () => memory(pid, 'VmRSS'),
    openFiles: () => (existsSync(`/proc/${pid}/fd`) ? readdirSync(`/proc/${pid}/fd`).length : 0),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** 0 if the process has ended. */
function memory(pid: number, field: string): number {
  if (!existsSync(`/proc/${pid}/status`)) return 0;
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024;
}
