/** Turns the bytes of a client into typed requests. Later code does not check shapes again. */
import { CostlyJson, parseJson, REQUEST_VALUES_MAX } from './bounded-json.ts';
import type { ErrorReply } from './errors.ts';
import {
  type Fault,
  faultReply,
  fieldFault,
  frameFault,
  operationFault,
  repeatFault,
  shapeFault,
} from './fault.ts';
import { keepRecordTexts } from './record/record.ts';
import { repeatedMember } from './repeated-member.ts';
import {
  type CommandRequest,
  commandId,
  OPERATION_NAMES,
  type OperationName,
  openFilter,
  type Request,
  SCHEMAS,
} from './request.ts';

export type Parsed =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly reply: ErrorReply };

// A byte order mark is kept, so that the request is rejected with that reason.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads one frame. Never throws; a fault is returned as `invalid_request`. */
export function parseRequest(frame: Uint8Array): Parsed {
  if (frame.length === 0) return failed(frameFault('is empty'));
  let text: string;
  try {
    text = utf8.decode(frame);
  } catch {
    return failed(frameFault('is not UTF-8'));
  }
  if (text.startsWith('\uFEFF')) return failed(frameFault('begins with a byte order mark'));
  let value: unknown;
  try {
    value = parseJson(text, REQUEST_VALUES_MAX);
  } catch (error) {
    if (error instanceof CostlyJson) return failed(frameFault(error.message, error.field));
    const why = error instanceof Error ? error.message.toWellFormed() : String(error);
    return failed(frameFault(`is not JSON: ${why}`));
  }
  const repeated = repeatedMember(text, value);
  if (repeated === undefined) {
    keepRecordTexts(text, value);
    return parseValue(value);
  }
  const isId = repeated.length === 1 && repeated[0] === 'id';
  return failed(repeatFault(repeated), { value: isId ? undefined : value });
}

/**
 * Reads a value that is already parsed JSON. `at` is its place in a batch (`commands.3`), and
 * begins the `field` of an error. An error about a request with a usable `id` has that `id` too.
 */
export function parseValue(value: unknown, at?: string): Parsed {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return failed(shapeFault(value), { at });
  }
  const { op }: { readonly op?: unknown } = Object.hasOwn(value, 'op') ? value : {};
  if (!isOperation(op)) {
    return failed(operationFault(op, OPERATION_NAMES), { at, value });
  }
  const schema = SCHEMAS[op];
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, request: result.data };
  const known = { '': Object.keys(schema.shape), filter: Object.keys(openFilter.shape) };
  return failed(fieldFault(result.error.issues, { op, known, value }), { at, value });
}

function isOperation(op: unknown): op is OperationName {
  return typeof op === 'string' && Object.hasOwn(SCHEMAS, op);
}

export type ParsedCommand =
  | { readonly ok: true; readonly request: CommandRequest }
  | { readonly ok: false; readonly reply: ErrorReply };

/** Reads the command at `index` of a batch: a `create` or a `delete`, nothing else. */
export function parseCommand(value: unknown, index: number): ParsedCommand {
  const at = `commands.${index}`;
  const parsed = parseValue(value, at);
  if (!parsed.ok) return parsed;
  const { request } = parsed;
  if (request.op === 'create' || request.op === 'delete') return { ok: true, request };
  return failed(
    {
      message: `op must be "create" or "delete" in a batch, not "${request.op}"`,
      field: 'op',
      hint: `Send ${request.op} as a request of its own.`,
    },
    { at, value },
  );
}

function failed(
  fault: Fault,
  { at, value }: { at?: string | undefined; value?: unknown } = {},
): { readonly ok: false; readonly reply: ErrorReply } {
  const reply = faultReply(fault, at);
  const { id }: { readonly id?: unknown } = typeof value === 'object' ? (value ?? {}) : {};
  const given = commandId.safeParse(id);
  return { ok: false, reply: given.success ? { id: given.data, ...reply } : reply };
}
