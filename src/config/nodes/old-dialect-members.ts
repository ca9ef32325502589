/** Former members of dialects, and their replacements. */

const MEMBERS: Readonly<Record<string, string>> = {
  proof:
    'the proof stands beside the status: absent: {status: 404, json: {…}} or {status: 404, proof: words}',
  tokens: 'write mark: {header, member}, or mark: null',
  tokenHeader: 'write mark: {header: timestamp, member: timestamp}, or mark: null',
  nodeHeader: 'write headers: {node: "{node}"}',
  forbiddenCharacters: 'write keys: {forbidden: "/"}',
};

const CALL_MEMBERS: Readonly<Record<string, string>> = {
  sendsBody: 'write body: {json: {groupId: "{key}"}}, or body: null',
  statuses:
    'its members stand in the call itself: applied, exists, gone, perhaps, unsure, present, absent',
};

interface Old {
  readonly message: string;
  readonly path: readonly string[];
}

export function oldMembers(dialect: Readonly<Record<string, unknown>>): readonly Old[] {
  return [
    ...oldIn(dialect, MEMBERS, []),
    ...['create', 'delete', 'read'].flatMap((call) => oldIn(dialect[call], CALL_MEMBERS, [call])),
  ];
}

function oldIn(
  value: unknown,
  members: Readonly<Record<string, string>>,
  path: readonly string[],
): readonly Old[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value)
    .filter((name) => Object.hasOwn(members, name))
    .map((name) => ({ message: `is no longer a member: ${members[name]}`, path: [...path, name] }));
}
