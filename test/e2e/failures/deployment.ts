/**
 * The project as its users run it, under its own pm2, with receivers in place of Sentry and the
 * webhook: one for all tests of a file. Each test ends one run of the daemon, and the next run has
 * to keep the promises of that one.
 */
import { setTimeout as after } from 'node:timers/promises';
import { beforeAll } from 'vitest';
import { isError, LockstepClient } from '../../../src/client/index.ts';
import { type HttpReceiver, startReceiver } from '../../observe/support/http-receiver.ts';
import { evaluateIn, INSPECTABLE, openInspector } from '../../support/inspector.ts';
import { copyProject, type ProjectCopy } from '../../support/project-copy.ts';
import { SimApi, type SimControls } from '../../support/sim-api.ts';

const COMMANDS = 30;
const PING_MS = 1000;
/** A small heap, so that running out of memory does not take gigabytes. */
const HEAP_MIB = 200;

export interface Deployment {
  readonly sentry: HttpReceiver;
  readonly webhook: HttpReceiver;
  /** Starts a run's work: accepted commands that a slow node delays. */
  work(): Promise<Life>;
}

/** One run of the daemon, to be ended by a failure. */
export interface Life {
  readonly pid: number;
  /** Evaluates this expression in one of its threads. */
  evaluate(thread: string, expression: string): Promise<void>;
  /** The log of this run since the work began, and of the next run. */
  readonly log: () => string;
  /**
   * The problems of the next run: it does not answer, accepts nothing, or accepted commands are
   * open.
   */
  readonly flaws: () => Promise<readonly string[]>;
}

/** Filled in before the first test of the file. */
export function shareDeployment(): Deployment {
  const shared = {} as Deployment;
  beforeAll(async () => {
    const acts: (() => void | Promise<void>)[] = [];
    const cleanUp = async (): Promise<void> => {
      for (const act of acts.reverse()) await act();
    };
    try {
      Object.assign(shared, await deploy((act) => acts.push(act)));
    } catch (error) {
      await cleanUp();
      throw error;
    }
    return cleanUp;
  });
  return shared;
}

async function deploy(later: (act: () => void | Promise<void>) => void): Promise<Deployment> {
  const sentry = await startReceiver('ok', later);
  const webhook = await startReceiver('ok', later);
  const project = await copyProject(later);
  const started = await project.run(['npm', 'start'], {
    NODE_OPTIONS: `${INSPECTABLE.NODE_OPTIONS} --max-old-space-size=${HEAP_MIB}`,
    LOCKSTEP_EXECUTORS: '2',
    LOCKSTEP_SYSLOG_ADDRESS: 'none',
    LOCKSTEP_NOTICE_INTERVAL_MS: '100',
    LOCKSTEP_WEBHOOK_URL: webhook.url,
    SENTRY_DSN: `http://key@127.0.0.1:${sentry.port}/1`,
  });
  if (started.code !== 0) throw new Error(`npm start failed:\n${started.stderr}`);
  const client = await LockstepClient.connect({ endpoint: project.endpoint });
  later(() => client.close());
  const sim = new SimApi(project.sharedUrl).controls;
  return { sentry, webhook, work: () => work({ project, client, sim }) };
}

interface Means {
  readonly project: ProjectCopy;
  readonly client: LockstepClient;
  readonly sim: SimControls;
}

let keys = 0;

async function work({ project, client, sim }: Means): Promise<Life> {
  const from = project.logOf('lockstepd').length;
  const log = () => project.logOf('lockstepd').slice(from);
  const { pid } = await pingOf(client);
  await openInspector(pid, log);
  await sim.setFaults('node01', { slow: 1, slowMs: [500, 800], on: ['create'] });
  const ids: string[] = [];
  const accept = async () => {
    const id = `key-${++keys}`;
    const answer = await client.create(id, { id, wait: 'accepted', timeoutMs: PING_MS });
    if (!isError(answer)) ids.push(id);
  };
  await Promise.all(Array.from({ length: COMMANDS }, accept));
  return {
    pid,
    log,
    evaluate: (thread, expression) => evaluateIn({ output: log() }, thread, expression),
    flaws: async () => {
      const next = await pingOf(client).catch(() => undefined);
      if (next === undefined || next.pid === pid || !next.accepting) return ['the next life'];
      await sim.clearFaults();
      if (ids.length === COMMANDS) await accept();
      const states = await Promise.all(ids.map(async (id) => stateOf(client, id)));
      const [isSame, counts] = await sim.stats();
      return [
        ...states.filter((state) => state !== 'committed'),
        ...(ids.length > COMMANDS ? [] : ['a new command']),
        ...(isSame ? [] : [JSON.stringify(counts)]),
      ];
    },
  };
}

async function stateOf(client: LockstepClient, id: string): Promise<string> {
  const answer = await client.status(id);
  return isError(answer) ? answer.error.code : answer.state;
}

async function pingOf(client: LockstepClient) {
  const answer = await client.ping({ timeoutMs: PING_MS });
  if (isError(answer)) throw new Error(answer.error.message);
  return answer;
}

/** Waits until it has received an error or a notice. */
export async function heard(receiver: HttpReceiver, word: string): Promise<void> {
  while (!receiver.received.some(({ body }) => body.includes(word))) await after(20);
}
