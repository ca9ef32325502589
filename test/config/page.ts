/**
 * docs/configuration.md, from the schema. `node test/config/page.ts` writes it; `page.test.ts` fails
 * when the file says something else, and loads the examples that stand in it.
 */
import { writeFileSync } from 'node:fs';
import { RELATIONS } from '../../src/config/relations.ts';
import { OTHER_VARIABLES } from '../../src/config/sources/environment.ts';
import { settingRows } from '../../src/config/table.ts';

export const PAGE = new URL('../../docs/configuration.md', import.meta.url);

export function configurationPage(): string {
  return `# Configuration

<!-- Written by test/config/page.ts from src/config/schema.ts; a test compares the two. -->

lockstepd needs no configuration to run against the simulated cluster. Each setting has one name in
three spellings: \`requestTimeoutMs\` in a file, \`LOCKSTEP_REQUEST_TIMEOUT_MS\` in the environment,
\`--request-timeout-ms\` on the command line.

**The strongest source counts**: flag, then variable, then file, then default. The file is
\`lockstep.config.json\`, \`lockstep.config.yaml\` or \`lockstep.config.yml\` in the working directory (two of
them at once are an error), or the one that \`--config FILE\` or \`LOCKSTEP_CONFIG\` names.

**Whatever is given is checked**, what a stronger source hides included. An unknown key, flag or
\`LOCKSTEP_*\` variable, a value of the wrong type or out of range, and a broken rule (below) are all
reported at once, each with its source and a hint, and lockstepd ends with code 78.
\`lockstepd --check\` does the same without starting, and shows every setting with its source.

Numbers in the environment and on the command line are decimal digits: \`5000\`, not \`5s\`, \`0x10\`,
\`1e3\` or \`+5\`. A variable that is set, but empty, is an error: unset it. In a file a number is a
number (\`5000\`, not \`"5000"\`), in the notation of JSON or YAML.

## Settings

${table(
  ['setting', 'what it is', 'allowed', 'default'],
  settingRows().map(({ key, env, flag, variable, text, allowed, fallback }) => [
    [
      `\`${key}\``,
      ...(env === undefined ? ['(file only)'] : [`\`${env}\``, `\`${flag}\``]),
      ...(variable === undefined ? [] : [`or \`${variable}\``]),
    ].join('<br>'),
    text,
    allowed,
    `\`${fallback}\``,
  ]),
)}

A name after *or* is known to other programs too: \`LOCKSTEP_…\` is stronger, and an empty value is as
good as none. Keys, and addresses that hold one, are never shown, not by \`--check\` either; give them
by variable or file: flags can be seen by every user of the machine.

More variables that begin with \`LOCKSTEP_\`:

${table(
  ['variable', 'what it is'],
  Object.entries(OTHER_VARIABLES).map(([name, text]) => [`\`${name}\``, text]),
)}

## Rules between settings

${table(
  ['rule', 'because'],
  RELATIONS.map(({ rule, reason }) => [rule, reason]),
)}

The deadlines of a stop nest further: \`killTimeoutMs\` is what the supervisor really waits
(\`kill_timeout\` of pm2), and a container waits longer than that (\`stop_grace_period\`).

## A file

\`\`\`json
${JSON.stringify(EXAMPLE, null, 2)}
\`\`\`

The same in YAML:

\`\`\`yaml
nodes:
  east: https://east.example.com/v1
  west: https://west.example.com/v1
requestTimeoutMs: 2000
quiesceMs: 20000
logFormat: json
\`\`\`

## A dialect of your own

Two dialects ship: \`reliable-ops\` (nodes that keep an owner mark with each record) and \`challenge\`
(nodes that don't). A cluster that speaks otherwise is described in the file. A dialect is whole, or
\`extends\` one that ships and says what differs; objects are merged, lists replaced.

\`\`\`yaml
dialect: warehouse
nodes:
  east: https://east.example.com/api
  west: https://west.example.com/api
dialects:
  warehouse:
    extends: challenge
    create:
      path: /items
      statuses:
        perhaps: [409]
        unsure: [423]
    delete:
      path: /items/{groupId}
      sendsBody: false
      statuses:
        applied: [200]
        gone: [204, 404]
    read:
      path: /items/{groupId}
    forbiddenCharacters: "/?"
\`\`\`

${table(['member', 'what it is'], DIALECT_MEMBERS)}

A status that a call does not name keeps its general meaning, and some meanings no dialect can change:
408, 425, 429 and 5xx leave the request in doubt, 502 and 504 and any other 2xx are no answer of the
node at all, nor is a 404 that the call does not name; any other 4xx and 3xx say that this attempt did
nothing, and to the reads before a command that the node will not (\`node_refused\`). Nodes that answer
a create or a delete without a body (201, 204) are asked once more by a read, unless \`proof\` is \`none\`.
`;
}

const EXAMPLE = {
  nodes: { east: 'https://east.example.com/v1', west: 'https://west.example.com/v1' },
  requestTimeoutMs: 2000,
  quiesceMs: 20_000,
  logFormat: 'json',
};

const DIALECT_MEMBERS = [
  ['`extends`', '`reliable-ops` or `challenge`; left out, every other member is needed'],
  [
    '`tokens`, `tokenHeader`',
    'whether nodes keep owner marks, and the header and member that carries them: `true` and ' +
      '`timestamp`, or `false` and `null`',
  ],
  [
    '`proof`',
    'how a 404 or a success shows that the node itself said it, and no proxy in its place: `key` (a JSON ' +
      'error that repeats the status 404 and holds the key in quotes in its `message`), `words` (neither ' +
      'markup nor empty; the default), `none` (nothing better is to be had: every 404 is believed, and ' +
      'an empty success). See [node-api.md](node-api.md#a-proxy-in-the-place-of-a-node)',
  ],
  ['`nodeHeader`', 'whether each call carries `node: NAME`; only then may nodes share a URL'],
  [
    '`create`, `delete`, `read`',
    '`method`, `path` (`{groupId}` stands for the key, percent-encoded), `sendsBody` (the record ' +
      'as JSON), `statuses`',
  ],
  [
    '`statuses` of create',
    '`applied` (2xx: done), `perhaps` (only a read tells), `unsure` (4xx: in doubt, try again)',
  ],
  ['`statuses` of delete', 'the same, and `gone` (there was no such record)'],
  ['`statuses` of read', '`present` (2xx, with the record as body), `absent` (4xx)'],
  ['`list`', '`path` with `{after}` and `{limit}`, or `null` if nodes can not list their keys'],
  ['`forbiddenCharacters`', 'characters its nodes can not route; such keys are `invalid_request`'],
];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (import.meta.main) writeFileSync(PAGE, configurationPage());
