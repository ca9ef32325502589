/** A copy of the project for a test, on ports of its own; removed after the test. */
import { onTestFinished } from 'vitest';
import { type BuiltCopy, buildCopy } from './built-copy.ts';
import { freePorts } from './free-ports.ts';

/** The simulator's ports; each node has one after the shared port. */
const NODES = 3;

export interface ProjectCopy extends BuiltCopy {
  readonly endpoint: string;
  readonly eventsEndpoint: string;
  /** Of the simulator, for all nodes. */
  readonly sharedUrl: string;
  /** The ports that distinguish one copy from another. */
  readonly env: Readonly<Record<string, string>>;
}

/** @param later takes functions to run at the end of the test */
export async function copyProject(
  later: (act: () => Promise<void>) => void = onTestFinished,
): Promise<ProjectCopy> {
  const [commands, events, ops, shared = 0] = await freePorts(4 + NODES);
  const env = {
    LOCKSTEP_ENDPOINT: `tcp://127.0.0.1:${commands}`,
    LOCKSTEP_EVENTS_ENDPOINT: `tcp://127.0.0.1:${events}`,
    LOCKSTEP_OPS_PORT: String(ops),
    // The daemon's nodes follow from it.
    NODESIM_PORT: String(shared),
  };
  const copy = await buildCopy(env);
  later(async () => copy[Symbol.asyncDispose]());
  return {
    ...copy,
    env,
    endpoint: env.LOCKSTEP_ENDPOINT,
    eventsEndpoint: env.LOCKSTEP_EVENTS_ENDPOINT,
    sharedUrl: `http://127.0.0.1:${shared}`,
  };
}
