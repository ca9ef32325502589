/**
 * `lockstep doctor --try KEY`: one record of this key is created, read, listed and deleted on each node,
 * past the daemon, and every answer is compared with the dialect. On no node is anything created unless
 * each of them has proved that it holds no such record.
 */
import { keyCheck } from '../../../node/dialect/keys.ts';
import { groupIdFault } from '../../../protocol/group-id.ts';
import { type Finding, fail } from '../finding.ts';
import { compare, refusal } from './compare.ts';
import { CanaryNode, type CanaryTerms } from './node.ts';
import { lookBefore, run, type Signals } from './run.ts';

export async function tryKey(terms: CanaryTerms, signals: Signals): Promise<readonly Finding[]> {
  const { settings, key } = terms;
  const fault = groupIdFault(key) ?? keyCheck(settings.dialect)(key);
  if (fault !== undefined) {
    return [fail('canary', `${JSON.stringify(key)} ${fault}`, 'Name another key with --try.')];
  }
  const nodes = settings.nodes.map((access) => new CanaryNode(access, terms));
  try {
    await Promise.all(nodes.map((node) => node.open()));
    return await tryOn(nodes, signals);
  } finally {
    for (const node of nodes) node.close();
  }
}

async function tryOn(nodes: readonly CanaryNode[], signals: Signals): Promise<readonly Finding[]> {
  const looked = await Promise.all(
    nodes.map(async (node) => ({ node, before: await lookBefore(node) })),
  );
  const refusals = looked.flatMap(({ node, before }) => refusal(node, before) ?? []);
  if (refusals.length > 0) return refusals;
  if (signals.stop.aborted) return [stopped('before anything was created')];
  const courses = await Promise.all(
    looked.map(async ({ node, before }) => ({ node, course: await run(node, before, signals) })),
  );
  const findings = courses.flatMap(({ node, course }) => compare(node, course));
  for (const { course } of courses)
    if (course.fault !== undefined) findings.push(broken(course.fault));
  return signals.stop.aborted ? [...findings, stopped('before all was tried')] : findings;
}

function stopped(when: string): Finding {
  return fail('canary', `stopped ${when}`, 'Try again.');
}

/** What was left behind is told before it. */
function broken(fault: unknown): Finding {
  const words = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  return fail('canary', `broke off: ${words}`, 'This is a fault of lockstep: please report it.');
}
