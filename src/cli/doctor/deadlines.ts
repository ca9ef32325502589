/** The deadlines in their order. The configuration has checked them already. */

import { durationText } from '../../base/time/duration-text.ts';
import type { Settings } from '../../config/schema.ts';
import { type Finding, ok, warn } from './finding.ts';

const ORDER = [
  ['drain', 'drainMs'],
  ['escalation', 'escalateMs'],
  ['hard exit', 'hardExitMs'],
  ['kill', 'killTimeoutMs'],
] as const;

/** Warns if the default deadline of a command leaves no time for one slow answer. */
export function checkDeadlines(settings: Settings): readonly Finding[] {
  const { quiesceMs, nodes, defaultDeadlineMs } = settings;
  const requestTimeoutMs = Math.max(...nodes.map(({ limits }) => limits.requestTimeoutMs));
  const steps = [
    `request ${durationText(requestTimeoutMs)}`,
    ...ORDER.map(([name, key]) => `${name} ${durationText(settings[key])}`),
  ];
  const quiet = `a request that timed out may still take effect for ${durationText(quiesceMs)} (quiesceMs)`;
  const known = `${quiet}: the setting must exceed the time for which nodes and proxies hold a request`;
  return [
    ok('deadlines', steps.join(' < ')),
    ok('deadlines', known),
    ...(defaultDeadlineMs > requestTimeoutMs
      ? []
      : [tooShort(defaultDeadlineMs, requestTimeoutMs)]),
  ];
}

function tooShort(defaultDeadlineMs: number, requestTimeoutMs: number): Finding {
  const detail = `a command has ${durationText(defaultDeadlineMs)}, one request may take ${durationText(requestTimeoutMs)}`;
  const hint = 'Raise LOCKSTEP_DEFAULT_DEADLINE_MS: one slow answer causes a rollback.';
  return warn('deadlines', detail, hint);
}
