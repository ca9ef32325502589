/** Turns the bytes of a client into typed requests. Later code does not check shapes again. */
import { fieldFault, operationFault, shapeFault } from './fault.ts';
import { readFrame } from './frame/read-frame.ts';
import { type Rejected, rejected } from './frame/rejected.ts';
import {
  type CommandRequest,
  OPERATION_NAMES,
  type OperationName,
  openFilter,
  type Request,
  SCHEMAS,
} from './request.ts';

export type Parsed = { readonly ok: true; readonly request: Request } | Rejected;

/** Reads one frame, whoever sends it. Never throws; a fault is returned as `invalid_request`. */
export function parseRequest(bytes: Uint8Array): Parsed {
  const read = readFrame(bytes);
  return read.ok ? parseValue(read.frame.value) : read;
}

/**
 * Reads a value that is already parsed JSON. `at` is its place in a batch (`commands.3`), and
 * begins the `field` of an error. An error about a request with a usable `id` has that `id` too.
 */
export function parseValue(value: unknown, at?: string): Parsed {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return rejected(shapeFault(value), { at });
  }
  const { op }: { readonly op?: unknown } = Object.hasOwn(value, 'op') ? value : {};
  if (!isOperation(op)) {
    return rejected(operationFault(op, OPERATION_NAMES), { at, value });
  }
  const schema = SCHEMAS[op];
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, request: result.data };
  const known = { '': Object.keys(schema.shape), filter: Object.keys(openFilter.shape) };
  return rejected(fieldFault(result.error.issues, { op, known, value }), { at, value });
}

function isOperation(op: unknown): op is OperationName {
  return typeof op === 'string' && Object.hasOwn(SCHEMAS, op);
}

export type ParsedCommand = { readonly ok: true; readonly request: CommandRequest } | Rejected;

/** Reads the command at `index` of a batch: a `create` or a `delete`, nothing else. */
export function parseCommand(value: unknown, index: number): ParsedCommand {
  const at = `commands.${index}`;
  const parsed = parseValue(value, at);
  if (!parsed.ok) return parsed;
  const { request } = parsed;
  if (request.op === 'create' || request.op === 'delete') {
    if (request.dryRun !== true) return { ok: true, request };
    const message = 'dryRun cannot be used in a batch';
    const hint = 'Send each dry run as a request of its own.';
    return rejected({ message, field: 'dryRun', hint }, { at, value });
  }
  return rejected(
    {
      message: `op must be "create" or "delete" in a batch, not "${request.op}"`,
      field: 'op',
      hint: `Send ${request.op} as a request of its own.`,
    },
    { at, value },
  );
}
