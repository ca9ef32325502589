/** Simulated nodes, a daemon over them and a client of it; all end after the test. */
import { beforeAll, onTestFinished, vi } from 'vitest';
import {
  type Answer,
  type ClientOptions,
  type CommandAnswer,
  LockstepClient,
} from '../../src/client/index.ts';
import { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts';
import { type Nodesim, type NodesimOptions, startNodesim } from './nodesim.ts';

const STATUS_MS_MAX = 20_000;

export interface ClusterOptions extends Omit<DaemonOptions, 'nodes'> {
  readonly nodesim?: NodesimOptions;
  /** LOCKSTEP_NODES of the simulator; by default with the nodes' own ports. */
  readonly nodes?: (sim: Nodesim) => string;
}

export interface Cluster {
  readonly sim: Nodesim;
  readonly daemon: Daemon;
  readonly client: LockstepClient;
}

type CleanUp = () => Promise<void>;

/** @param later takes functions to run at the end of the test, the last one first */
export async function startCluster(
  options: ClusterOptions = {},
  later: (act: CleanUp) => void = onTestFinished,
): Promise<Cluster> {
  const { nodesim, nodes = (sim: Nodesim) => sim.nodes, ...daemonOptions } = options;
  const sim = await startNodesim(nodesim);
  later(async () => sim[Symbol.asyncDispose]());
  const daemon = await startDaemon({ ...daemonOptions, nodes: nodes(sim) });
  later(async () => daemon[Symbol.asyncDispose]());
  const { endpoint, eventsEndpoint } = daemon;
  const client = await LockstepClient.connect({ endpoint, eventsEndpoint });
  later(async () => client.close());
  return { sim, daemon, client };
}

/** One cluster for all tests of a file; filled in before the first of them. */
export function shareCluster(options: ClusterOptions = {}): Cluster {
  const shared = {} as Cluster;
  beforeAll(async () => {
    const acts: CleanUp[] = [];
    const cleanUp = async (): Promise<void> => {
      for (const act of acts.reverse()) await act();
    };
    try {
      Object.assign(shared, await startCluster(options, (act) => acts.push(act)));
    } catch (error) {
      await cleanUp();
      throw error;
    }
    return cleanUp;
  });
  return shared;
}

/** A client that is closed after the test. */
export async function connectTo(
  { endpoint, eventsEndpoint }: Pick<Daemon, 'endpoint' | 'eventsEndpoint'>,
  more: ClientOptions = {},
): Promise<LockstepClient> {
  const client = await LockstepClient.connect({ endpoint, eventsEndpoint, ...more });
  onTestFinished(() => client.close());
  return client;
}

/** Waits until `status` shows the command as `shown`, and returns that. */
export async function statusOf(
  client: LockstepClient,
  id: string,
  shown: Partial<CommandAnswer>,
): Promise<CommandAnswer> {
  let last: Answer | undefined;
  const isShown = async (): Promise<boolean> => {
    const answer = await client.status(id);
    last = answer;
    return Object.entries(shown).every(([field, value]) => Reflect.get(answer, field) === value);
  };
  try {
    await vi.waitUntil(isShown, { timeout: STATUS_MS_MAX, interval: 20 });
  } catch (cause) {
    throw new Error(`${id} is ${JSON.stringify(last)}, not ${JSON.stringify(shown)}`, { cause });
  }
  return last as CommandAnswer;
}

/** Which journal its daemon says that it has. */
export async function journalIdOf(client: LockstepClient): Promise<string> {
  const answer = await client.ping();
  if ('journalId' in answer && answer.journalId !== undefined) return answer.journalId;
  throw new Error(`no journal is named: ${JSON.stringify(answer)}`);
}
