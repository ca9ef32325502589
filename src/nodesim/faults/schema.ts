/**
 * The JSON that `/_sim` accepts: faults and settings of a node. It is checked here only; an error
 * is a sentence that names the field.
 */
import { z } from 'zod';
import { nearest } from '../../base/nearest.ts';

const DELAY_MS_MAX = 600_000;
const FILTER_KEYS_MAX = 1000;

/** Faults by probability; one call suffers at most one of them, tried in this order. */
export const FAULT_KINDS = [
  'errorBefore',
  'errorAfter',
  'resetBefore',
  'resetAfter',
  'noAnswer',
  'late',
  'slow',
  'garbage',
  'lostRoute',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** The answer of a proxy that has lost its route to the node: a 404, or a success. */
export const LOST_ROUTE_FORMS = [
  'html404',
  'empty404',
  'json404',
  'htmlSuccess',
  'emptySuccess',
  'otherGroup',
] as const;

export const DELETE_MISSING_STATUSES = [404, 200, 204, 400] as const;
export type DeleteMissingStatus = (typeof DELETE_MISSING_STATUSES)[number];

const probability = z.number().min(0).max(1).optional();
const status = z.int().min(200).max(599);
const statuses = z.array(z.int().min(400).max(599)).min(1).max(20);
const delayMs = z.int().min(0).max(DELAY_MS_MAX);
const delayRangeMs = z
  .tuple([delayMs, delayMs])
  .refine(([least, most]) => least <= most, { error: 'must not fall: [least, most]' });
/** Whether the call takes effect although its answer is lost. */
const effect = z.union([z.boolean(), z.literal('random')], {
  error: 'must be true, false or "random"',
});

const faultFields = {
  errorBefore: probability,
  errorBeforeStatuses: statuses.optional(),
  errorAfter: probability,
  errorAfterStatuses: statuses.optional(),
  resetBefore: probability,
  resetAfter: probability,
  noAnswer: probability,
  noAnswerEffect: effect.optional(),
  late: probability,
  lateMs: delayRangeMs.optional(),
  lateAnswer: z.enum(['none', 'reset']).optional(),
  slow: probability,
  slowMs: delayRangeMs.optional(),
  slowEffect: z.enum(['before', 'after']).optional(),
  slowSerial: z.boolean().optional(),
  garbage: probability,
  garbageForms: z
    .array(z.enum(['html', 'otherGroup', 'truncated']))
    .min(1)
    .max(20)
    .optional(),
  garbageEffect: effect.optional(),
  lostRoute: probability,
  lostRouteForms: z.array(z.enum(LOST_ROUTE_FORMS)).min(1).max(20).optional(),
  forceStatus: status.optional(),
  retryAfterSeconds: z.int().min(0).max(86_400).optional(),
  refuse: z.boolean().optional(),
  on: z
    .array(z.enum(['create', 'delete', 'read']))
    .min(1)
    .max(3)
    .optional(),
  groupIds: z.array(z.string()).min(1).max(FILTER_KEYS_MAX).optional(),
  times: z.int().min(1).max(1_000_000_000).optional(),
};

const faultsSchema = z.strictObject(faultFields).superRefine((faults, context) => {
  let sum = 0;
  for (const kind of FAULT_KINDS) sum += faults[kind] ?? 0;
  // Sums of decimal fractions may be slightly above 1.
  if (sum > 1 + 1e-9) {
    context.addIssue({
      code: 'custom',
      message: `the probabilities add up to ${Number(sum.toFixed(6))}; a call suffers at most one fault, so at most 1`,
    });
  }
});

const settingFields = {
  randomBehavior: probability,
  showTokens: z.boolean().optional(),
  deleteMissing: z
    .union(
      DELETE_MISSING_STATUSES.map((code) => z.literal(code)),
      { error: `must be one of ${DELETE_MISSING_STATUSES.join(', ')}` },
    )
    .optional(),
};

const settingsSchema = z.strictObject(settingFields);

/** As sent by the tester; docs/node-api.md describes each field and its default. */
export type Faults = z.output<typeof faultsSchema>;
export type NodeSettingsChange = z.output<typeof settingsSchema>;

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

export function checkFaults(value: unknown): Checked<Faults> {
  return check(faultsSchema, Object.keys(faultFields), value);
}

export function checkNodeSettings(value: unknown): Checked<NodeSettingsChange> {
  return check(settingsSchema, Object.keys(settingFields), value);
}

function check<T>(schema: z.ZodType<T>, known: readonly string[], value: unknown): Checked<T> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const issue = result.error.issues[0];
  return {
    ok: false,
    message: issue === undefined ? 'the body is wrong' : issueText(issue, known),
  };
}

function issueText(issue: z.core.$ZodIssue, known: readonly string[]): string {
  if (issue.code === 'unrecognized_keys') {
    const key = (issue.keys[0] ?? '').slice(0, 100);
    const near = nearest(key, known);
    const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean "${near}"?`;
    return `unknown field ${JSON.stringify(key)}: ${hint}`;
  }
  const path = issue.path.map(String).join('.');
  const text = issue.message.replace(/^Invalid input: /, '');
  if (path === '') return issue.code === 'custom' ? text : `the body: ${text}`;
  return `${path}: ${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
