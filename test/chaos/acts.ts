/** How each fault begins and ends. */
import { watch } from 'node:fs';
import type { Clients } from './clients.ts';
import type { ConnectionFault, DaemonFault, Fault, Moment } from './fault.ts';
import { RARE_FLAVOURS } from './flavours.ts';
import type { Stage } from './stage.ts';
import { CARRIED_MS_MAX } from './times.ts';
import { pause, until } from './until.ts';

export interface Scene {
  readonly stage: Stage;
  readonly clients: Clients;
}

/** Ends the fault; `lasted` is its duration. */
export type Ending = (lastedMs: number) => void | Promise<void>;

const DOWN_MS_MAX = 60_000;
const MOMENT_MS_MAX = 2000;

const NOTHING_TO_END: Ending = () => {};

/** Begins the fault at its moment. */
export async function inflict(fault: Fault, scene: Scene): Promise<Ending> {
  const { stage } = scene;
  switch (fault.kind) {
    case 'daemon killed':
    case 'daemon paused':
      return strikeDaemon(fault, stage);
    case 'node killed':
      return killNode(fault.node, stage);
    case 'node paused':
      return pauseNode(fault.node, stage);
    case 'node spoiled':
      await stage.fleet.setFaults(fault.node, fault.faults);
      return () => stage.fleet.setFaults(fault.node, RARE_FLAVOURS[fault.node] ?? {});
    case 'node unreachable':
    case 'connections cut':
    case 'connections held':
    case 'connections delayed':
      return spoilConnections(fault, stage);
    case 'disk full':
      await stage.disk.fill(fault.leaveBytes);
      return () => stage.disk.free();
    case 'clock moved':
      stage.clock?.set(fault.toMs);
      return NOTHING_TO_END;
    case 'client killed':
      scene.clients.replaceOne();
      return NOTHING_TO_END;
  }
}

async function strikeDaemon({ kind, moment }: DaemonFault, stage: Stage): Promise<Ending> {
  const pid = await processOf('lockstepd', stage);
  await comeTo(moment, stage);
  signal(pid, kind === 'daemon killed' ? 'SIGKILL' : 'SIGSTOP');
  return kind === 'daemon killed' ? NOTHING_TO_END : () => signal(pid, 'SIGCONT');
}

async function killNode(node: string, stage: Stage): Promise<Ending> {
  const pid = await processOf(node, stage);
  await stage.fleet.remember(node);
  signal(pid, 'SIGKILL');
  return async () => {
    const isBack = async (): Promise<boolean> =>
      ![undefined, pid].includes(stage.pidOf(node)) && stage.fleet.answers(node);
    await until(`${node} coming back`, isBack, DOWN_MS_MAX);
    await stage.fleet.setFaults(node, RARE_FLAVOURS[node] ?? {});
  };
}

async function pauseNode(node: string, stage: Stage): Promise<Ending> {
  const pid = await processOf(node, stage);
  signal(pid, 'SIGSTOP');
  return async (lastedMs) => {
    if (lastedMs <= CARRIED_MS_MAX) return signal(pid, 'SIGCONT');
    // A late effect now comes later than the daemon was configured to expect.
    signal(pid, 'SIGKILL');
    await (await killNode(node, stage))(0);
  };
}

function spoilConnections(fault: ConnectionFault, stage: Stage): Ending {
  const proxy = stage.proxies.get(fault.node);
  if (proxy === undefined) throw new RangeError(`there is no proxy of ${fault.node}`);
  switch (fault.kind) {
    case 'connections cut':
      proxy.cut(fault.how);
      return NOTHING_TO_END;
    case 'connections held':
      for (const way of fault.ways) proxy.hold(way);
      return () => proxy.release();
    case 'connections delayed':
      proxy.delay(fault.byMs);
      return () => proxy.release();
    case 'node unreachable':
      proxy.refuse();
      return () => proxy.accept();
  }
}

/** Waits for the process if it is down. */
export async function processOf(app: string, stage: Stage): Promise<number> {
  let pid: number | undefined;
  const isUp = (): boolean => {
    pid = stage.pidOf(app);
    return pid !== undefined;
  };
  await until(`${app} being up`, isUp, DOWN_MS_MAX);
  return pid ?? 0;
}

/** Returns as soon as it runs, or after a long time without it. */
async function comeTo(moment: Moment, stage: Stage): Promise<void> {
  if (moment === 'any') return;
  const come = new AbortController();
  const act = (): void => come.abort();
  const stops =
    moment === 'commit'
      ? [watchCommits(stage.journalFile, act)]
      : [...stage.proxies.values()].map((proxy) => proxy.onRequest(act));
  await pause(MOMENT_MS_MAX, come.signal);
  for (const stop of stops) stop();
}

function watchCommits(journalFile: string, act: () => void): () => void {
  try {
    const watcher = watch(`${journalFile}-wal`, act);
    return () => watcher.close();
  } catch {
    // A daemon that is just starting has no journal yet: then any moment will do.
    act();
    return () => {};
  }
}

/** A process that ended meanwhile needs no signal. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
