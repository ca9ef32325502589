/** The number of calls at once that a node takes best, from how fast it answered with each. Pure. */

/** With so many calls at once, a number that doubles. */
export interface Rate {
  readonly connections: number;
  /** Answers a second. */
  readonly perSecond: number;
  /** The time that 99 of 100 calls took at most, ms. */
  readonly p99Ms: number;
  /** The first failure; undefined: there was none. */
  readonly fault: string | undefined;
}

/** A number that reaches this share of the best rate is as good: what is above it only queues in the node. */
const SHARE_ENOUGH = 0.95;

export interface Proposal {
  /** The smallest number that reaches nearly the best rate. */
  readonly best: Rate;
  /** Whether calls at once as the settings allow them make the node slower. */
  readonly isSetTooHigh: boolean;
}

/** @returns undefined if no call was answered */
export function propose(rates: readonly Rate[], set: number): Proposal | undefined {
  const firstFault = rates.findIndex(({ fault }) => fault !== undefined);
  const sound = firstFault === -1 ? rates : rates.slice(0, firstFault);
  const most = Math.max(0, ...sound.map(({ perSecond }) => perSecond));
  const isEnough = ({ perSecond }: Rate) => perSecond >= SHARE_ENOUGH * most;
  const best = sound.find(isEnough);
  if (best === undefined || most === 0) return undefined;
  const asSet = rates.findLast(({ connections }) => connections <= set);
  const isSetTooHigh =
    asSet !== undefined &&
    asSet.connections > best.connections &&
    (!sound.includes(asSet) || !isEnough(asSet));
  return { best, isSetTooHigh };
}
