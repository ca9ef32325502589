/** Three servers of a node API, a way to them, and a daemon with the worked example of the documentation. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LockstepClient } from '../../src/client/index.ts';
import { connectTo } from '../support/cluster.ts';
import { startDaemon } from '../support/daemon.ts';
import { freePorts } from '../support/free-ports.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type ApiNode, type Changes, type Example, type NodeApi, readExample } from './apis/api.ts';

export const NAMES = ['a', 'b', 'c'] as const;

/** How the daemon comes to the servers. */
export interface Way {
  readonly name: string;
  /** Why it can't be had here, or undefined. */
  readonly missing: () => string | undefined;
  /** @param folder for what it writes, and is removed after the test */
  readonly open: (nodes: ReadonlyMap<string, ApiNode>, folder: string) => Promise<Road>;
}

export interface Road extends AsyncDisposable {
  /** What the configuration says of a node: its URL and what is beside it. */
  readonly address: (node: string) => object;
  /** Requests to this node are answered by who is in between. */
  readonly lose: (node: string) => Promise<void>;
  /** All nodes are reached again. */
  readonly regain: () => Promise<void>;
}

export interface Stage {
  readonly client: LockstepClient;
  readonly road: Road;
  readonly nodes: ReadonlyMap<string, ApiNode>;
  readonly config: string;
  readonly env: Readonly<Record<string, string>>;
  /** Everything that the daemon has logged so far. */
  readonly output: () => string;
}

/** Nobody in between. */
export const direct: Way = {
  name: 'directly',
  missing: () => undefined,
  open: async (nodes) => ({
    address: (name) => {
      const { path = '', socket, server } = nodes.get(name) ?? {};
      return socket === undefined
        ? { url: `http://127.0.0.1:${server?.port}${path}` }
        : { url: `http://localhost${path}`, socket };
    },
    lose: () => Promise.reject(new Error('there is nobody in between')),
    regain: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
};

export async function stage(api: NodeApi, way: Way, changes: Changes = {}): Promise<Stage> {
  const folder = tempFolder();
  const ports = await freePorts(NAMES.length);
  const nodes = new Map<string, ApiNode>();
  for (const [index, name] of NAMES.entries()) {
    const node = api.install(name, join(folder, name), ports[index] ?? 0);
    onTestFinished(() => node.server.kill());
    nodes.set(name, node);
  }
  await Promise.all([...nodes.values()].map(({ server }) => server.start()));
  const road = await way.open(nodes, folder);
  onTestFinished(() => road[Symbol.asyncDispose]());
  const config = join(folder, 'lockstep.config.json');
  const example = readExample(api.example);
  const given = NAMES.map((name) => {
    const { auth, headers } = (example.nodes[name] ?? {}) as Record<string, unknown>;
    return [name, { auth, headers, ...road.address(name) }];
  });
  const dialects = { [example.dialect]: changed(example, changes) };
  writeFileSync(config, JSON.stringify({ ...example, dialects, nodes: Object.fromEntries(given) }));
  const env = { ...api.env, LOCKSTEP_CONFIG: config };
  const daemon = await startDaemon({ nodes: '', env: { ...env, LOCKSTEP_NODES: undefined } });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  const output = () => daemon.output;
  return { client: await connectTo(daemon), road, nodes, config, env, output };
}

function changed({ dialect, dialects }: Example, changes: Changes): object {
  const whole = dialects[dialect] as Readonly<Record<string, object>>;
  const sections = Object.entries(changes).map(([name, members]) => [
    name,
    { ...whole[name], ...members },
  ]);
  return { ...whole, ...Object.fromEntries(sections) };
}
