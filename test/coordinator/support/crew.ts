/**
 * Real executors over simulated nodes. Between them and the coordinator is a model of the channels:
 * orders and reports arrive in a later event-loop turn, in order, as JSON.
 */
import { Executor } from '../../../src/executor/executor.ts';
import { unknownNode } from '../../../src/executor/unknown-node.ts';
import type { Order, Report, WorkReport } from '../../../src/protocol/work.ts';
import { type Harness, POLICY } from './harness.ts';
import type { SimNode } from './sim-node.ts';

/** Longer than any answer of these nodes takes. */
const SLOW_CALL_MS = 500;

/** Puts `count` executors behind the harness; call it before anything is asked. */
export function crewOf(
  harness: Harness,
  nodes: Readonly<Record<string, SimNode>>,
  {
    count = 1,
    random = () => 0.5,
    lists = true,
  }: { count?: number; random?: () => number; lists?: boolean } = {},
): { readonly crash: () => void } {
  let isAlive = true;
  const executors = Array.from(
    { length: count },
    () =>
      new Executor(
        {
          now: harness.clock.now,
          random,
          at: (time, act) =>
            harness.clock.at(time, () => {
              if (!isAlive) return;
              harness.stir();
              act();
            }),
          nodeNames: Object.keys(nodes),
          slowCallMs: () => SLOW_CALL_MS,
          node: (name) => guarded(name),
          report: (report) => {
            harness.stir();
            later(() => harness.report(copy(report) as WorkReport));
          },
        },
        POLICY,
      ),
  );
  function guarded(name: string) {
    const node = nodes[name];
    if (node === undefined) return unknownNode(name);
    return {
      exchange: (...[request, subject, done]: Parameters<typeof node.exchange>) =>
        node.exchange(request, subject, (...ended) => {
          if (!isAlive) return;
          harness.stir();
          done(...ended);
        }),
      count: () => node.count(),
      ...(lists ? { keys: (after: string, limit: number) => node.keys(after, limit) } : {}),
      report: () => node.report(),
    };
  }
  function later(act: () => void): void {
    setImmediate(() => {
      if (!isAlive) return;
      harness.stir();
      act();
    });
  }
  harness.deliver = (executor, order) => later(() => executors[executor]?.take(copy(order)));
  return {
    /** They stop answering; requests that were sent may still land. */
    crash: () => {
      isAlive = false;
    },
  };
}

function copy<Message extends Order | Report>(message: Message): Message {
  return JSON.parse(JSON.stringify(message)) as Message;
}
