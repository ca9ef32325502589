/**
 * The first step with the bytes of a client: JSON without surprises, and the token taken out of it. A door then asks
 * who sends it, before it does anything else for the request (`parse-request.ts`).
 *
 * From here on the token is in no request: nothing that logs, journals, compares or repeats a request can show it.
 */
import { CostlyJson, parseJson, REQUEST_VALUES_MAX } from '../bounded-json.ts';
import { frameFault, repeatFault } from '../fault.ts';
import { keepRecordTexts } from '../record/record.ts';
import { type Rejected, rejected } from './rejected.ts';
import { repeatedMember } from './repeated-member.ts';

/** Scanners of secrets find tokens by it. */
export const TOKEN_PREFIX = 'lsk_';
/** Of the member `auth`, in characters. */
export const AUTH_LENGTH_MAX = 128;

/** A request as it came, without its token. */
export interface Frame {
  readonly value: unknown;
  /** Undefined: there is none. */
  readonly token: string | undefined;
}

export type ReadFrame = { readonly ok: true; readonly frame: Frame } | Rejected;

// A byte order mark is kept, so that the request is rejected with that reason.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Never throws; a fault is returned as `invalid_request`. */
export function readFrame(bytes: Uint8Array): ReadFrame {
  const read = readText(bytes);
  return read.ok ? readJson(read.text) : read;
}

export type ReadText = { readonly ok: true; readonly text: string } | Rejected;

/** Never throws; a fault is returned as `invalid_request`. */
export function readText(bytes: Uint8Array): ReadText {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return rejected(frameFault('is not UTF-8'));
  }
  if (text.startsWith('\uFEFF')) return rejected(frameFault('begins with a byte order mark'));
  return { ok: true, text };
}

/** Never throws; a fault is returned as `invalid_request`. */
export function readJson(text: string): ReadFrame {
  if (text === '') return rejected(frameFault('is empty'));
  let value: unknown;
  try {
    value = parseJson(text, REQUEST_VALUES_MAX);
  } catch (error) {
    if (error instanceof CostlyJson) return rejected(frameFault(error.message, error.field));
    return rejected(frameFault(`is not JSON${reasonOf(error, text)}`));
  }
  const repeated = repeatedMember(text, value);
  if (repeated !== undefined) {
    const isId = repeated.length === 1 && repeated[0] === 'id';
    return rejected(repeatFault(repeated), { value: isId ? undefined : value });
  }
  keepRecordTexts(text, value);
  return withoutToken(value);
}

/** The parser's reason repeats a part of the text, which may be a part of a token. */
function reasonOf(error: unknown, text: string): string {
  const reason = error instanceof Error ? error.message.toWellFormed() : String(error);
  if (!text.includes('auth') && !text.includes(TOKEN_PREFIX)) return `: ${reason}`;
  const place = /at position \d+(?: \(line \d+ column \d+\))?/.exec(reason)?.[0];
  return place === undefined ? '' : `: error ${place}`;
}

function withoutToken(value: unknown): ReadFrame {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'auth')) {
    return { ok: true, frame: { value, token: undefined } };
  }
  const { auth, ...rest }: { readonly auth?: unknown } = value;
  if (typeof auth === 'string' && auth.length <= AUTH_LENGTH_MAX) {
    return { ok: true, frame: { value: rest, token: auth } };
  }
  return rejected(
    {
      message: `auth must be a string of at most ${AUTH_LENGTH_MAX} characters`,
      field: 'auth',
      hint: 'auth is the token of a client, as `lockstep keys add` shows it.',
    },
    { value: rest },
  );
}
