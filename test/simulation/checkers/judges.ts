/**
 * The judges, one for each promise. Those of P1, P3 and P7 judge the answers to clients and the
 * records on nodes; the others watch requests and commits, and see a violation before it has an
 * effect.
 */
import type { Judge, Scene } from '../happening.ts';
import { AllOrNone } from './p1-all-or-none.ts';
import { PointOfNoReturn } from './p1-point-of-no-return.ts';
import { DurableBeforeSent } from './p2-durable-before-sent.ts';
import { ActBeforeEffect } from './p3-act-before-effect.ts';
import { DurableBeforeSaid } from './p3-durable-before-said.ts';
import { SaidAndKept } from './p3-said-and-kept.ts';
import { TimeoutIsNoFailure } from './p4-timeout-is-no-failure.ts';
import { NeverGivesUp } from './p5-never-gives-up.ts';
import { Parked } from './p5-parked.ts';
import { OneAtATime } from './p6-one-at-a-time.ts';
import { RepairsInOrder } from './p6-repairs-in-order.ts';
import { DoneOnce } from './p7-done-once.ts';
import { NotAfterItsExpiry } from './p9-not-after-its-expiry.ts';
import { NotAfterTheDeadline } from './p9-not-after-the-deadline.ts';
import { TrueReasons } from './true-reasons.ts';

/** @param outcomesOnly leaves out the judges that watch requests and commits */
export function judges(scene: Scene, outcomesOnly: boolean): readonly Judge[] {
  const ofOutcomes = [new AllOrNone(scene), new SaidAndKept(scene), new DoneOnce(scene)];
  if (outcomesOnly) return ofOutcomes;
  return [
    ...ofOutcomes,
    new DurableBeforeSent(scene),
    new DurableBeforeSaid(scene),
    new ActBeforeEffect(scene),
    new TimeoutIsNoFailure(scene),
    new PointOfNoReturn(scene),
    new NeverGivesUp(scene),
    new Parked(scene),
    new OneAtATime(scene),
    new RepairsInOrder(scene),
    new NotAfterTheDeadline(scene),
    new NotAfterItsExpiry(scene),
    new TrueReasons(scene),
  ];
}
