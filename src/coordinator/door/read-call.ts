/**
 * One call, from its text to a typed request and its sender, by the code that reads the requests of ZeroMQ. Over HTTP
 * the token is a header, and so may be the id of a command.
 */
import { isObject } from '../../base/is-object.ts';
import type { Call } from '../../channel/door-messages.ts';
import { authoriseKnown } from '../../clients/principal.ts';
import type { Fault } from '../../protocol/fault.ts';
import { type Frame, readJson } from '../../protocol/frame/read-frame.ts';
import { rejected } from '../../protocol/frame/rejected.ts';
import { OPERATION_NAMES } from '../../protocol/request.ts';
import { type ReadRequest, readValue } from '../sockets/read-request.ts';

/** The header that has the id of a command; errors about it name it as their field. */
const KEY = 'Idempotency-Key';

const AUTH_FAULT: Fault = {
  message: 'auth is not a field here',
  field: 'auth',
  hint: 'Over HTTP the token is in the header Authorization.',
};

export function readCall({ text, caller, ops, key }: Call): ReadRequest {
  const read = readJson(text);
  if (!read.ok) return read;
  const { value, token } = read.frame;
  if (token !== undefined) return rejected(AUTH_FAULT, { value });
  const fault = pathFault(value, ops) ?? (key === undefined ? undefined : keyFault(value, key));
  if (fault !== undefined) return rejected(fault, { value });
  const named = key === undefined || !isObject(value) ? value : { ...value, id: key };
  return readValue(named, (op) => authoriseKnown(caller.principal, op));
}

/** An operation that this path does not have; one that does not exist at all is found later. */
function pathFault(value: Frame['value'], ops: Call['ops']): Fault | undefined {
  const op = isObject(value) ? value['op'] : undefined;
  const known = OPERATION_NAMES.find((name) => name === op);
  if (known === undefined || ops.includes(known)) return undefined;
  return {
    message: `op must be one of ${ops.join(', ')} here, not "${known}"`,
    field: 'op',
    hint: 'Each path has operations of its own: /openapi.json lists them.',
  };
}

function keyFault(value: Frame['value'], key: string): Fault | undefined {
  if (!isObject(value)) return undefined;
  if (value['op'] === 'batch') {
    const hint = 'Give each command of the batch an id of its own.';
    return { message: `${KEY} is not for a batch`, field: KEY, hint };
  }
  if (value['id'] === undefined || value['id'] === key) return undefined;
  const hint = 'Send the id once: in the header or in the request.';
  return { message: `${KEY} and the id of the request differ`, field: KEY, hint };
}
