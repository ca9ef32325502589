/** Turns valid requests into frames that are wrong in one way or several, or still right. */
import type { Prng } from '../../core/model/prng.ts';
import { sample } from './samples.ts';

export interface Fuzzed {
  readonly frame: Buffer;
  /** Between the number that identifies the answer and the request. */
  readonly envelope: readonly Buffer[];
}

type Json = Record<string, unknown>;

const ODD: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e15,
  -0,
  '',
  '.',
  '..',
  'a/b',
  ' ',
  '\u0000',
  'x\ny',
  '\u0085',
  '\u202e',
  '\ud800',
  '😀'.repeat(101),
  'x'.repeat(200),
  'x'.repeat(201),
  'x'.repeat(257),
  [],
  {},
  ['create'],
  [null],
  { op: 'ping' },
  'settled',
  'committed',
  'bulk',
  'create',
  '__proto__',
  'constructor',
];
const NAMES = [
  'op',
  'id',
  'groupId',
  'wait',
  'lane',
  'deadlineMs',
  'expiresAt',
  'ensure',
  'record',
  'ifUnavailable',
  'state',
  'stuck',
  'limit',
  'cursor',
  'filter',
  'dryRun',
  'by',
  'commands',
  'act',
  'node',
  'keys',
  'story',
  'idPrefix',
  'journal',
  'content',
  'right',
  'outcome',
  'level',
  'thread',
  '__proto__',
  'constructor',
  'toString',
  'Op',
  'groupID',
  ' op',
];
const LITERALS = [
  '1e400',
  '-1e400',
  '1E2',
  '00',
  '0x10',
  '+1',
  '.5',
  '1.',
  'NaN',
  "'a'",
  'undefined',
];
/** They would stop the commands of all others. */
const FORBIDDEN = /"pause"|"open"|"drain"|\\u/;

export function fuzzed(chance: Prng): Fuzzed {
  for (;;) {
    const frame = frameOf(chance);
    if (!FORBIDDEN.test(frame.toString('latin1'))) return { frame, envelope: envelopeOf(chance) };
  }
}

function frameOf(chance: Prng): Buffer {
  const value = sample(chance);
  if (chance.chance(0.15)) return Buffer.from(JSON.stringify(value));
  if (chance.chance(0.6)) return Buffer.from(JSON.stringify(changedMember(value, chance)));
  const text = JSON.stringify(value);
  return chance.chance(0.5) ? Buffer.from(changedText(text, chance)) : changedBytes(text, chance);
}

function changedMember(value: Json, chance: Prng): unknown {
  const names = Object.keys(value);
  const name = chance.pick(names);
  const { [name]: old, ...rest } = value;
  const inner = (): unknown => {
    if (Array.isArray(old) && old.length > 0)
      return old.map((one) => (isJson(one) ? changedMember(one, chance) : one));
    return isJson(old) && Object.keys(old).length > 0
      ? changedMember(old, chance)
      : chance.pick(ODD);
  };
  const ways: readonly (() => unknown)[] = [
    () => ({ ...value, [name]: chance.pick(ODD) }),
    () => ({ ...value, [name]: inner() }),
    () => rest,
    () => ({ ...rest, [chance.pick(NAMES)]: old }),
    () => ({ ...value, [chance.pick(NAMES)]: chance.pick(ODD) }),
    () => ({ ...value, ...sample(chance) }),
    () => [value],
    () => JSON.stringify(value),
    () => ({ ...value, [name]: Array.from({ length: chance.between(0, 12) }, () => old) }),
  ];
  return chance.pick(ways)();
}

function changedText(text: string, chance: Prng): string {
  const at = chance.between(1, text.length - 1);
  const ways: readonly (() => string)[] = [
    () => text.slice(0, at),
    () => text + text,
    () => `\uFEFF${text}`,
    () => ` \t\r\n${text}\n`,
    () => text.replace('{', `{${text.slice(1, text.indexOf(',') + 1) || '"op":"ping",'}`),
    () => text.replace(/:("[^"]*"|[\d.]+|true|false)/, `:${chance.pick(LITERALS)}`),
    () => text.replace(/}$/, `,"${chance.pick(NAMES)}":${'['.repeat(at)}${']'.repeat(at)}}`),
    () => text.replace(/}$/, `,"${chance.pick(NAMES)}":${chance.pick(LITERALS)}}`),
    () => text.replace(/}$/, ',}'),
    () => text.replace(/"/g, "'"),
    () => text.slice(at),
    () => text.slice(0, at) + text.slice(at + chance.between(1, 5)),
  ];
  return chance.pick(ways)();
}

function changedBytes(text: string, chance: Prng): Buffer {
  const bytes = Buffer.from(text);
  for (let count = chance.between(1, 4); count > 0; count--) {
    bytes[chance.between(0, bytes.length - 1)] = chance.between(0, 255);
  }
  return chance.chance(0.05) ? bytes.subarray(0, chance.between(0, 3)) : bytes;
}

function envelopeOf(chance: Prng): Buffer[] {
  if (chance.chance(0.95)) return [];
  const frames = Array.from({ length: chance.between(1, 40) }, () =>
    Buffer.alloc(chance.between(0, 40), 1),
  );
  return frames;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
