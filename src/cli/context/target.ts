/**
 * Which daemon a call is for, and which client of it the user is. The first of these counts: `--endpoint`, `--context`,
 * LOCKSTEP_ENDPOINT, LOCKSTEP_CONTEXT, the current context, the configuration file, the default.
 *
 * The files of a context go to its own daemon only: with an address of its own, a call does not use them unless it
 * names the context too.
 */
import { DEFAULT_ENDPOINT, DEFAULT_EVENTS_ENDPOINT } from '../../client/index.ts';
import { UsageError } from '../exit-code.ts';
import { configuredAddress } from '../input/endpoint.ts';
import { type Identity, identityOf } from '../input/identity.ts';
import { type Context, contextNamed, contextsPath, readContexts } from './contexts.ts';

export interface TargetArguments {
  readonly endpoint?: string | undefined;
  readonly context?: string | undefined;
  readonly 'events-endpoint'?: string | undefined;
  readonly 'key-file'?: string | undefined;
  readonly 'token-file'?: string | undefined;
}

export interface Target {
  readonly endpoint: string;
  /** Undefined: nothing says where this daemon publishes its events. */
  readonly eventsEndpoint: string | undefined;
  readonly identity: Identity;
}

export interface Place {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** @throws UsageError */
export async function targetOf(args: TargetArguments, place: Place): Promise<Target> {
  const { env } = place;
  const chosen = chosenContext(args, env);
  if (chosen !== undefined) {
    const { context } = chosen;
    return {
      endpoint: args.endpoint ?? context.endpoint,
      eventsEndpoint: args['events-endpoint'] ?? context.eventsEndpoint,
      identity: identityIn(chosen, args, env),
    };
  }
  const given = args.endpoint ?? (env['LOCKSTEP_ENDPOINT'] || undefined);
  const endpoint = given ?? (await configuredAddress('endpoint', place)) ?? DEFAULT_ENDPOINT;
  const isOwn = given === undefined || given === DEFAULT_ENDPOINT;
  return {
    endpoint,
    eventsEndpoint:
      args['events-endpoint'] ??
      (env['LOCKSTEP_EVENTS_ENDPOINT'] || undefined) ??
      (isOwn ? await ownEvents(endpoint, place) : undefined),
    identity: identityOf(args, env),
  };
}

/** The names of all contexts; none if their file cannot be used. */
export function contextNames(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    return [...readContexts(contextsPath(env)).contexts.keys()];
  } catch (error) {
    if (error instanceof UsageError) return [];
    throw error;
  }
}

interface Chosen {
  readonly name: string;
  readonly context: Context;
}

function chosenContext(args: TargetArguments, env: NodeJS.ProcessEnv): Chosen | undefined {
  const isAddressed = args.endpoint !== undefined || Boolean(env['LOCKSTEP_ENDPOINT']);
  if (args.context === undefined && isAddressed) return undefined;
  const path = contextsPath(env);
  const named = args.context ?? (env['LOCKSTEP_CONTEXT'] || undefined);
  const known = readContexts(path);
  const name = named ?? known.current;
  if (name === undefined) return undefined;
  const source =
    args.context === undefined ? (named === undefined ? path : 'LOCKSTEP_CONTEXT') : '--context';
  return { name, context: contextNamed(name, known, source) };
}

/** Options, then the files of the context; the environment only for a context that has none. */
function identityIn(
  { name, context }: Chosen,
  args: TargetArguments,
  env: NodeJS.ProcessEnv,
): Identity {
  const { keyFile, tokenFile } = context;
  const hasOwn = keyFile !== undefined || tokenFile !== undefined;
  const files = {
    'key-file': args['key-file'] ?? keyFile,
    'token-file': args['token-file'] ?? tokenFile,
  };
  try {
    return identityOf(files, hasOwn ? {} : env);
  } catch (error) {
    if (!(error instanceof UsageError) || args['token-file'] !== undefined) throw error;
    throw new UsageError(`context ${name}: ${error.message}`, { cause: error });
  }
}

async function ownEvents(endpoint: string, place: Place): Promise<string | undefined> {
  const configured = await configuredAddress('eventsEndpoint', place);
  return configured ?? (endpoint === DEFAULT_ENDPOINT ? DEFAULT_EVENTS_ENDPOINT : undefined);
}
