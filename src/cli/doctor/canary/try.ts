/**
 * `lockstep doctor --try KEY`: one record of this key is created, read, listed and deleted on each node,
 * past the daemon, and every answer is compared with the dialect. Nothing is created on any node unless
 * each of them has proved that it holds no such record.
 */

import { type Misfit, recordCheck } from '../../../node/dialect/content/record-place.ts';
import { foldKey } from '../../../node/dialect/fold.ts';
import { type Finding, fail } from '../finding.ts';
import { compare, refusal } from './compare.ts';
import { CanaryNode, type CanaryTerms } from './node.ts';
import { lookBefore, run, type Signals } from './run.ts';
import { checkOf, keyFault } from './words.ts';

export async function tryKey(asked: CanaryTerms, signals: Signals): Promise<readonly Finding[]> {
  const { settings } = asked;
  const key = foldKey(asked.key, settings.dialect.keys.fold);
  const terms = { ...asked, key };
  const fault = keyFault(settings, key);
  if (fault !== undefined) {
    return [
      fail('canary', `the key ${JSON.stringify(key)} ${fault}`, 'Choose another key for --try.'),
    ];
  }
  const unfit = recordFinding(terms);
  if (unfit !== undefined) return [unfit];
  const nodes = settings.nodes.map((access) => new CanaryNode(access, terms));
  try {
    await Promise.all(nodes.map((node) => node.open()));
    return await tryOn(nodes, signals);
  } finally {
    for (const node of nodes) node.close();
  }
}

/** As the daemon would refuse the create. */
function recordFinding({ settings, record }: CanaryTerms): Finding | undefined {
  const misfit = recordCheck(settings.dialect)(record?.text);
  if (misfit !== undefined) return fail('canary', misfit.message, recordHint(record, misfit));
  const { recordBytesMax } = settings;
  if (record === undefined || record.bytes <= recordBytesMax) return undefined;
  const detail = `record is larger than ${recordBytesMax} bytes (recordBytesMax)`;
  return fail('canary', detail, 'Give a smaller record with --record, or raise recordBytesMax.');
}

function recordHint(record: CanaryTerms['record'], { field }: Misfit): string {
  if (record === undefined) {
    return 'Give one with --record JSON, --record-file FILE or --record - (stdin).';
  }
  if (field === 'record') return 'Leave --record out, or give create.body a place: "{record}".';
  return 'Correct the record that --record gives, or create.body of the dialect.';
}

async function tryOn(nodes: readonly CanaryNode[], signals: Signals): Promise<readonly Finding[]> {
  const looked = await Promise.all(
    nodes.map(async (node) => ({ node, before: await lookBefore(node, signals.stop) })),
  );
  const refusals = looked.flatMap(({ node, before }) => refusal(node, before) ?? []);
  if (refusals.length > 0) return refusals;
  if (signals.stop.aborted) return [stopped('before it created anything')];
  const courses = await Promise.all(
    looked.map(async ({ node, before }) => ({ node, course: await run(node, before, signals) })),
  );
  const findings = courses.flatMap(({ node, course }) => compare(node, course));
  for (const { node, course } of courses)
    if (course.fault !== undefined) findings.push(broken(node, course.fault));
  return signals.stop.aborted ? [...findings, stopped('before its end')] : findings;
}

function stopped(when: string): Finding {
  return fail('canary', `the trial was stopped ${when}`, 'Run it again.');
}

/** The records that are left behind are reported before it. */
function broken(node: CanaryNode, fault: unknown): Finding {
  const words = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  const message = `the trial failed: ${node.redact(words)}`;
  return fail(checkOf(node), message, 'This is a bug in lockstep: please report it.');
}
