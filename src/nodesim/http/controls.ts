/**
 * The controls under `/_sim` and the `stats` call, for the shared port (all nodes) and for a node's
 * own port (that node alone). docs/node-api.md describes them. Nodes are reached only through
 * `NodeControls`, so they may live in any thread.
 */
import { messageOf } from '../../base/error-fields.ts';
import { nearest } from '../../base/nearest.ts';
import { type Checked, checkFaults, checkNodeSettings } from '../faults/schema.ts';
import {
  errorReply,
  jsonReply,
  methodNotAllowed,
  NO_SUCH_PATH,
  type SimReply,
  textReply,
} from '../node/answers.ts';
import type { Control, ControlReply, Summary } from '../thread-messages.ts';

/** Reaches one node. */
export interface NodeControls {
  readonly port: number;
  control(control: Control): Promise<ControlReply>;
}

export type Nodes = ReadonlyMap<string, NodeControls>;

/** Turns the body of a call into the control for each node. */
type Reader = (body: string) => Checked<Control>;

const RESOURCES: Readonly<Record<string, Readonly<Record<string, Reader>>>> = {
  faults: {
    GET: plain({ kind: 'faults' }),
    PUT: (body) =>
      withJson(body, (value) => {
        const checked = checkFaults(value);
        return checked.ok ? good({ kind: 'setFaults', faults: checked.value }) : checked;
      }),
    DELETE: plain({ kind: 'setFaults', faults: {} }),
  },
  settings: {
    GET: plain({ kind: 'settings' }),
    PUT: (body) =>
      withJson(body, (value) => {
        const checked = checkNodeSettings(value);
        return checked.ok ? good({ kind: 'change', change: checked.value }) : checked;
      }),
  },
  counters: { GET: plain({ kind: 'counters' }) },
  reset: { POST: plain({ kind: 'reset' }) },
};

export interface ControlCall {
  readonly method: string;
  /** The path after `/_sim`: `/faults/node01`. */
  readonly path: string;
  readonly body: string;
}

export async function answerSim(call: ControlCall, nodes: Nodes, seed: number): Promise<SimReply> {
  const [, resource = '', name = '*', ...rest] = call.path.split('/');
  if (resource === '') return overview(call.method, nodes, seed);
  const readers = Object.hasOwn(RESOURCES, resource) ? RESOURCES[resource] : undefined;
  if (readers === undefined || rest.length > 0) return NO_SUCH_PATH;
  const reader = Object.hasOwn(readers, call.method) ? readers[call.method] : undefined;
  if (reader === undefined) return methodNotAllowed(Object.keys(readers).join(', '));
  const one = nodes.get(name);
  if (one === undefined && name !== '*') return errorReply(404, noSuchNode(name, nodes));
  const control = reader(call.body);
  if (!control.ok) return errorReply(400, control.message);
  if (one !== undefined) return jsonReply(200, await one.control(control.value));
  return jsonReply(200, Object.fromEntries(await askAll(nodes, control.value)));
}

/**
 * `[true, {"node01": 3, …}]`: whether all nodes hold the same keys, and the number of keys on each.
 */
export async function answerStats(nodes: Nodes): Promise<SimReply> {
  const replies = await askAll(nodes, { kind: 'summary' });
  const summaries = replies.map(([name, reply]) => ({ name, ...(reply as Summary) }));
  const same = new Set(summaries.map(({ digest, count }) => `${count} ${digest}`)).size <= 1;
  const counts = summaries.map(({ name, count }) => `"${name}": ${count}`).join(', ');
  return textReply(200, `[${same}, {${counts}}]`);
}

function askAll(nodes: Nodes, control: Control): Promise<[string, ControlReply][]> {
  return Promise.all(
    [...nodes].map(
      async ([name, node]): Promise<[string, ControlReply]> => [name, await node.control(control)],
    ),
  );
}

function overview(method: string, nodes: Nodes, seed: number): SimReply {
  if (method !== 'GET') return methodNotAllowed('GET');
  const ports = [...nodes].map(([name, { port }]) => [name, { port }]);
  return jsonReply(200, { seed, nodes: Object.fromEntries(ports) });
}

function noSuchNode(name: string, nodes: Nodes): string {
  const known = [...nodes.keys()];
  const near = nearest(name, known);
  const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean "${near}"?`;
  return `no node ${JSON.stringify(name.slice(0, 100))}: ${hint}`;
}

function plain(control: Control): Reader {
  return () => good(control);
}

function good(control: Control): Checked<Control> {
  return { ok: true, value: control };
}

function withJson(body: string, then: (value: unknown) => Checked<Control>): Checked<Control> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    return { ok: false, message: `the body is not JSON: ${messageOf(error)}` };
  }
  return then(value);
}
