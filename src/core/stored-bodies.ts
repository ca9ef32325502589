/**
 * Bodies of records that a survey found, out of memory.
 *
 * Thousands of rollbacks may wait for a node (P5), each with a record of every node. A large body is in memory only
 * until the journal has it; it is read again for the request that restores the record, and leaves with it. A small one
 * stays: its reference would cost as much.
 */
import type { Finding, Saga } from './model.ts';

/** The longest body that stays in memory, in UTF-16 units. */
export const SMALL_BODY_MAX = 256;

type Findings = Readonly<Record<string, Finding>>;

/**
 * A survey that has found nothing yet: it reads every node again. Only of a command that has not begun: nothing that
 * changes a node was sent.
 */
export function surveyedAnew(saga: Saga): Saga {
  return { ...saga, nodes: saga.nodes.map((node) => ({ ...node, finding: undefined })) };
}

/** The findings without their large bodies, and these by node. */
export function splitBodies(findings: Findings): {
  readonly findings: Findings;
  readonly bodies: readonly (readonly [node: string, body: string])[];
} {
  const bodies: [string, string][] = [];
  const slim: Record<string, Finding> = {};
  for (const [node, finding] of Object.entries(findings)) {
    const body = largeBodyOf(finding);
    slim[node] = withoutBody(finding);
    if (body !== undefined) bodies.push([node, body]);
  }
  return bodies.length === 0 ? { findings, bodies } : { findings: slim, bodies };
}

/** The saga without the large bodies; its beginning is in the journal. */
export function withoutBodies(saga: Saga): Saga {
  const isLight = saga.nodes.every(({ finding }) => largeBodyOf(finding) === undefined);
  if (isLight) return saga;
  const nodes = saga.nodes.map((node) => {
    return node.finding === undefined ? node : { ...node, finding: withoutBody(node.finding) };
  });
  return { ...saga, nodes };
}

function largeBodyOf(finding: Finding | undefined): string | undefined {
  if (finding?.presence !== 'present') return undefined;
  const { body } = finding;
  return body !== undefined && body.length > SMALL_BODY_MAX ? body : undefined;
}

function withoutBody(finding: Finding): Finding {
  if (finding.presence !== 'present' || largeBodyOf(finding) === undefined) return finding;
  const { body: _, ...rest } = finding;
  return { ...rest, stored: true };
}
