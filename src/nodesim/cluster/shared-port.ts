/**
 * The port that serves all nodes; the `node` header selects one. A call without a node, or with an
 * unknown one, is answered here. The checks have the order of the original: chance, timestamp,
 * node.
 */

import { Chance } from '../faults/random.ts';
import { checkNodeSettings } from '../faults/schema.ts';
import { answerSim, answerStats } from '../http/controls.ts';
import type { Served } from '../http/router.ts';
import {
  INTERNAL_ERROR,
  NODE_MISSING,
  nodeUnknown,
  RANDOM_408,
  RANDOM_500,
  type SimReply,
} from '../node/answers.ts';
import { readTimestamp } from '../node/group-contract.ts';
import type { GroupRequest } from '../node/group-request.ts';
import type { NodeLink } from './node-link.ts';

export interface SharedPortOptions {
  readonly links: ReadonlyMap<string, NodeLink>;
  readonly seed: number;
  /** The setting at the start. */
  readonly randomBehavior: number;
  readonly remoteControls: boolean;
}

export function sharedPort(options: SharedPortOptions): Served {
  const { links, seed, randomBehavior, remoteControls } = options;
  const chance = new Chance(seed, '');
  /** The rate of calls that reach no node: the latest rate that was set for all nodes. */
  let rate = randomBehavior;
  const names = [...links.keys()];
  const lost = (node: string | undefined): SimReply =>
    node === undefined ? NODE_MISSING : nodeUnknown(node, names);
  const strayed = (request: GroupRequest): SimReply => {
    chance.nextCall();
    if (chance.draw() < rate) return chance.draw() < 0.5 ? RANDOM_500 : RANDOM_408;
    return readTimestamp(request) === undefined ? INTERNAL_ERROR : lost(request.node);
  };
  return {
    remoteControls,
    group: (request, call) => {
      const link = request.node === undefined ? undefined : links.get(request.node);
      if (link === undefined) call.answer(strayed(request));
      else link.group(request, call);
    },
    list: (request, call) => {
      const link = request.node === undefined ? undefined : links.get(request.node);
      if (link === undefined) call.answer(lost(request.node));
      else link.list(request, call);
    },
    stats: () => answerStats(links),
    sim: async (path, call, body) => {
      const answer = await answerSim({ method: call.method, path, body }, links, seed);
      const isForAll = answer.status === 200 && FOR_ALL.exec(path)?.[1];
      if (isForAll === 'reset') rate = randomBehavior;
      if (isForAll === 'settings' && call.method === 'PUT') rate = rateIn(body) ?? rate;
      return answer;
    },
  };
}

/** Settings that apply to every node; `answerSim` has checked the others. */
const FOR_ALL = /^\/(settings|reset)(?:\/\*)?$/;

function rateIn(body: string): number | undefined {
  const checked = checkNodeSettings(JSON.parse(body));
  return checked.ok ? checked.value.randomBehavior : undefined;
}
