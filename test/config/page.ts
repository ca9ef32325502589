/**
 * docs/configuration.md, from the schema. `node test/config/page.ts` writes it; `page.test.ts`
 * fails when the file differs, and loads its examples.
 */
import { writeFileSync } from 'node:fs';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { RELATIONS } from '../../src/config/relations.ts';
import { OTHER_VARIABLES } from '../../src/config/sources/environment.ts';
import { settingRows } from '../../src/config/table.ts';

export const PAGE = new URL('../../docs/configuration.md', import.meta.url);

export const JSON_SCHEMA = new URL('../../docs/lockstep.config.schema.json', import.meta.url);

export function jsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}

export function configurationPage(): string {
  return `# Configuration

<!-- Written by test/config/page.ts from src/config/schema.ts; a test compares the two. -->

lockstepd needs no configuration to run against the simulated cluster. Each setting has one name in
three spellings: \`requestTimeoutMs\` in a file, \`LOCKSTEP_REQUEST_TIMEOUT_MS\` in the environment,
\`--request-timeout-ms\` on the command line.

**The strongest source counts**: flag, then variable, then file, then default. The file is
\`lockstep.config.json\`, \`lockstep.config.yaml\` or \`lockstep.config.yml\` in the working directory (two of
them at once are an error), or the one that \`--config FILE\` or \`LOCKSTEP_CONFIG\` names.

**Every value is checked**, even one that a stronger source hides. An unknown key, flag or
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

Other programs use the name after *or* too: \`LOCKSTEP_…\` is stronger, and an empty value means unset. Keys, and
addresses that hold one, are never shown, not even by \`--check\`. Set them by variable or file: every user of the machine
can see flags. Each may be a reference, \`\${file:/run/secrets/name}\` or \`\${env:NAME}\`, which is read at the start
(\`HC_PING_URL\`: at each ping). A file that all users can read is refused. Compose wants \`$$\` in place of \`$\`.

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

Two more deadlines of a stop follow: \`killTimeoutMs\` is the wait of the supervisor (\`kill_timeout\` of pm2), and a
container waits longer than that (\`stop_grace_period\`).

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

Editors complete and check a file that names its schema, [lockstep.config.schema.json](lockstep.config.schema.json):
\`"$schema": "./docs/lockstep.config.schema.json"\` in JSON,
\`# yaml-language-server: $schema=./docs/lockstep.config.schema.json\` as the first line of YAML.

## Nodes with credentials, headers, TLS or a socket

In the file a node may be an object:

\`\`\`yaml
nodes:
  east:
    url: https://east.example.com:8443/api
    auth:
      bearer: \${file:/run/secrets/east-token}
    tls:
      ca: /etc/lockstep/ca.pem
      cert: /etc/lockstep/lockstep.pem
      key: /etc/lockstep/lockstep-key.pem
  west:
    url: http://west.example.com/api
    auth:
      basic:
        user: lockstep
        password: \${env:WEST_PASSWORD}
    headers:
      X-Tenant: blue
    query:
      version: "2"
  here:
    socket: /var/run/here.sock
\`\`\`

${table(['member', 'what it is'], NODE_MEMBERS)}

**The configuration contains no secrets.** Write a secret as \`\${env:NAME}\` or \`\${file:PATH}\`, alone or within a text.

- A value that must be secret (in \`auth\`, or of a header or parameter called \`key\`, \`token\`, \`password\` or the like) is
  rejected in plain text.
- A file that all users of the machine can read or write is rejected, and so is a missing or empty one.
- Files are read again when they change, and when a node answers 401: requests with the old secret are then sent again.
  If a file becomes unreadable, the old secret stays in use, and the log warns.
- The values are never shown. \`--check\`, \`doctor\`, the log, answers, events and notices contain only the names of the
  members. If a node repeats a secret of four characters or more in its answer, \`***\` stands in its place.

## A dialect of your own

Two dialects ship: \`reliable-ops\` (nodes that keep an owner mark with each record) and \`challenge\`
(nodes that don't). Describe any other HTTP API in the file, without code. A dialect is complete, or \`extends\`
one that ships and names the differences, member by member of \`create\`, \`delete\` and so on. \`lockstepd --check\` shows
the result, in the form in which you can write it. [\`lockstep doctor --try KEY\`](operate/troubleshoot.md#a-dialect-against-its-nodes---try-key)
compares it with the real nodes: run it before the first command.

\`\`\`yaml
dialect: users
nodes:
  east:
    url: https://east.example.com/api
    auth: {bearer: "\${file:/run/secrets/users}"}
  west:
    url: https://west.example.com/api
    auth: {bearer: "\${file:/run/secrets/users}"}
dialects:
  users:
    keys: {pattern: "[a-z][a-z0-9-]*", bytesMax: 64}
    record: {key: /id}
    headers: {Accept: application/json, X-Request-Id: "{id}"}
    create:
      method: POST
      path: /users
      body: {json: {id: "{key}", name: "{key}"}}
      applied: 201
      exists: 409
    delete:
      path: /users/{key}
      applied: 204
      gone: {status: 404, json: {/error: not_found}}
      restore: exact
    read:
      path: /users/{key}
      present: 200
      absent: {status: 404, json: {/error: not_found}}
    list:
      path: /users?page={page}&per_page={limit}
      items: /items
      key: /id
      paging: {by: page}
    health: {path: /health}
    limits: {connectionsPerNode: 8}
\`\`\`

Worked examples, which tests run against real servers: [WebDAV by nginx](examples/webdav.yaml),
[PowerDNS](examples/powerdns.yaml) ([step by step](../examples/powerdns)), [RabbitMQ](examples/rabbitmq.yaml),
[Docker](examples/docker.yaml), [a JSON API with tokens and pages](examples/json-api.yaml).

${table(['member', 'what it is'], DIALECT_MEMBERS)}

**Places in texts.** \`{key}\` is the key of the record, \`{id}\` the id of the command (a correlation id; not in paths),
\`{node}\` the name of the node. They are percent-encoded in paths and headers, and written as JSON strings in JSON;
\`"{key:number}"\` as a whole string of JSON becomes a number.

**The meaning of an answer** follows from its status, alone (\`201\`), as a list (\`[200, 201]\`), or with a proof:
\`{status: 404, json: {/error: not_found}}\`; or a list of these. Of several values of one member, one is enough. Rules
with more than a status are tried first, so that one status may have two meanings with different proofs.

${table(['member of a rule', 'what it is'], RULE_MEMBERS)}

**An absence always needs a proof.** A proxy without a route to a node answers 404 in the node's place, and lockstep
would forget a record that still exists: see [node-api.md](node-api.md#a-proxy-in-the-place-of-a-node). A presence
needs one too if \`record.key\` is \`null\`: a login page also answers 200. A success that names another key never counts:
the create is not retried, and the command is rolled back (\`node_refused\`).

### A delete that cannot be undone

With \`restore: none\` a delete has a point of no return. The first delete goes to one node, and the others follow its
answer. Until a node has deleted the record, or may have, the command can still be \`refused\`. After that it goes forward
only: neither its deadline nor a \`cancel\` nor a refusal of a node ends it. Its answers say \`"forwardOnly": true\`, it is
reported as stuck \`stuckAfterMs\` after its deadline, and ends \`committed\` or when an operator abandons it
([why](decisions/051-point-of-no-return.md)).

### Keys that nodes take for one

Some nodes do not distinguish \`CASE.example.\` from \`case.example.\`. Without \`keys.fold: ascii-lower\` two commands of
these keys could run at the same time, and undo each other. With it lockstep first makes all ASCII letters of a key
lower case. \`pattern\`, \`bytesMax\` and \`forbidden\` are about the folded key. One order holds for all spellings, and a
repeat may have another spelling. Nodes may show and list the key in any spelling. Requests to nodes, answers, events,
the journal and audits have the folded key; the answer to a command also has \`askedAs\` if its request had another.
\`list\`, \`audit\` and the filters of \`cancel\`, \`retry\`, \`abandon\` and \`restore\` take any spelling. Lists are read as a
whole, and sorted here.

The daemon refuses to start (exit code 78) while the journal has open commands whose keys \`fold\` would change, and names
them: start without \`fold\` until they are settled. Settled commands keep their keys in the journal; an audit then treats
the folded key as one that the journal does not know.

### Guards

Nodes that know no owner marks may know the conditions of HTTP. They protect records that another program writes:

- A create with the header \`If-None-Match: "*"\` (\`create.headers\`) never overwrites a record. Name the answer of the node
  in \`exists\`: \`exists: 412\`. \`--check\` warns of a create by \`PUT\` without it.
- With \`delete.guard: if-match\` a delete carries the \`ETag\` that the read before it showed. A node that has another
  record by then answers 412, and the command is rolled back (\`node_refused\`). Each read must show one strong \`ETag\`;
  a record without one is not deleted (\`node_refused\`).

A record that was restored may have the old \`ETag\` again. So an \`ETag\` shortens no wait, as an owner mark does: a delete
that may still land is waited for. The rollback of a create carries none.

### Nodes that act later (202)

Some nodes answer 202 and act later, or never. Name such answers in \`accepted\`, and in \`quiesceMs\` the longest time
that a node may take to act, in ms; without it the daemon does not start. A command then goes on like this:

- The node is read until it shows the record (or, for a delete, its absence). Only that counts as done.
- The request is not repeated while the node may still act on it, nor after a restart: it would act twice.
- A rollback, and the next command of the key that wants the opposite, wait until the node can no longer act. So a delete
  just after a create takes up to \`quiesceMs\`; give commands a deadline that is longer than that.

A 202 that the dialect does not name is no answer of the node. Where nodes keep owner marks (\`mark\`) and act later on
creates, a read must show the mark: else no create can be told from that of another client, and each is rolled back.

### Meanings that no dialect changes

A status that a call does not name keeps its general meaning, and some meanings no dialect can change:
408, 425, 429 and 5xx leave the request in doubt, 502 and 504 and any other 2xx are no answer of the
node at all, nor is a 404 that the call does not name; any other 4xx and 3xx say that this attempt did
nothing, and to the reads before a command that the node will not (\`node_refused\`). A delete that is answered by an
empty success (204) is made sure of by a read, unless a header or \`proof: none\` vouches for it; a create answered so is
in doubt, and asked again.
`;
}

const EXAMPLE = {
  nodes: { east: 'https://east.example.com/v1', west: 'https://west.example.com/v1' },
  requestTimeoutMs: 2000,
  quiesceMs: 20_000,
  logFormat: 'json',
};

const NODE_MEMBERS = [
  ['`url`', 'the base URL; the paths of the dialect are appended to its path'],
  [
    '`socket`',
    'the path of a unix socket, instead of a host and a port; the `url` may then be left out, and only names ' +
      'the host and the beginning of the path',
  ],
  [
    '`auth`',
    '`basic: {user, password}`, `bearer: TOKEN` or `header: {name, value}`; sent with every call',
  ],
  ['`headers`', 'of every call to this node; stronger than those of the dialect'],
  ['`query`', 'parameters that are added to every path, percent-encoded'],
  [
    '`limits`',
    '`answerBytes`, `connectionsPerNode`, `requestTimeoutMs`, `connectTimeoutMs`: stronger than those of the dialect, ' +
      'which are stronger than the settings. `lockstepd --check` shows the result for each node',
  ],
  [
    '`tls`',
    'paths of PEM files: `ca` (the authorities to trust instead of those of Node), `cert` and `key` (shown to ' +
      'the node); and `serverName`, the name in its certificate where it is not that of the `url`',
  ],
];

const DIALECT_MEMBERS = [
  [
    '`extends`',
    '`reliable-ops` or `challenge`; left out, `record`, `create`, `delete` and `read` are needed',
  ],
  [
    '`keys`',
    '`pattern` (a regular expression of the whole key; in the syntax of RE2, which has no look-around and no back-references: with those a key could take hours), `bytesMax`, `forbidden` (characters its nodes can not ' +
      'route); other keys are `invalid_request`. `fold`: `ascii-lower` where nodes take `Ab` and `ab` for [one key](#keys-that-nodes-take-for-one), or `null`',
  ],
  [
    '`record`',
    '`key`: the JSON pointer to the key in what a read shows (`/id`, `/data/id`), or `null` where it shows no ' +
      'key; `type`: `text` or `number`; `content`: where a read shows the [content](protocol.md#records) of a record, for ' +
      '`ensure`: a JSON pointer to all of it, `{email: /mail}` with a pointer for each member, or `text` (the very body ' +
      'that a create sends); left out, presence alone counts. Leave members out that the nodes change',
  ],
  [
    '`mark`',
    'nodes that keep owner marks: `header`, which carries it in requests, and `member`, in which a record may show ' +
      'it; `null` for nodes that do not',
  ],
  ['`headers`', 'of every call; no secrets, which belong to the nodes'],
  [
    '`create`, `delete`, `read`',
    '`method`, `path` (appended to the base URL), `headers`; the first two also `body` (`{json: …}`, ' +
      '`{text: …}` or `null`) and `contentType`. A read may be `HEAD` where status and headers tell whether there is a ' +
      'record: then `record.key` is `null`, and `present` and `absent` need a `header`',
  ],
  [
    'of `create`',
    '`applied` (2xx: done), `accepted` (202 or another 2xx: [done later](#nodes-that-act-later-202), or not), `exists` and `perhaps` (only a read tells), `unsure` (4xx: in doubt, try again), ' +
      '`refused` (4xx); `key`: where the key stands in the answer, by default as in `record`',
  ],
  [
    'of `delete`',
    'the same, but `gone` (there was no such record) in place of `exists`; `restore`: how a rolled-back ' +
      'delete creates the record again: `exact` (the body that the read showed) or `template` (the body of a new ' +
      'one: what else it held is lost, and `--check` warns), or `none` (it cannot be made again: see ' +
      '[below](#a-delete-that-cannot-be-undone)), or some members of the record: `{keep: [name, kind]}` or ' +
      '`{drop: [etag]}`, either with `set: {state: on}`; `guard`: `if-match` where a delete is to carry the ' +
      '[ETag](#guards) of the record, or `null`',
  ],
  [
    'of `create`',
    '`body` may hold the record of the command, as a whole text of JSON: `"{record}"` is all of it, `"{record.NAME}"` ' +
      'one member. Each member needs a place, and each place a member: other creates are rejected. In `{text: …}` ' +
      'they stand anywhere, and a member that is a string has no quotes there. `restore` of `delete` must not be `template` then',
  ],
  ['of `read`', '`present` (2xx, with the record as body), `absent` (4xx), `refused` (4xx)'],
  [
    '`verify`',
    '`read` in `create` or `delete`: a success proves nothing, and a read makes sure of each',
  ],
  [
    '`list`',
    '`path`, `items` (pointer to the array in a page, `""` if it is the page), `key` (pointer in an item, `""` if it ' +
      'is the item), `paging`, `sorted` (in rising order of the bytes of keys; else sorted here), `bytesMax` of ' +
      'a page; items without a key are skipped, and named by `lockstep stats`; or `null` if nodes can not list their keys',
  ],
  [
    '`stats`',
    '`path` of the figures that the cluster has of all its nodes, for `lockstep stats` where nodes list no keys, in ' +
      'the form of [`/stats`](node-api.md) of `reliable-ops`; or `null`',
  ],
  [
    '`paging`',
    '`null` (all on one page), or `by`: `after` (`{after}`: the last key, or what `next` points to), `page` ' +
      '(`{page}`, from `first`, 1), `offset` (`{offset}`), both until an empty page, `cursor` (`{cursor}`: what `next` ' +
      'points to) or `link` (the header `Link`). `{limit}` is 1000',
  ],
  [
    '`health`',
    '`path` that a node which works answers with `status` (`[200]`) and `text`; below the base URL, or with `root` ' +
      'of the host; `method`: `GET` or `HEAD`. For `lockstep doctor`, and for the [trials](operate/nodes.md#breakers) of a ' +
      'breaker, which then read no key; or `null`',
  ],
  [
    '`limits`',
    '`answerBytes` (65536, up to 16777216: larger answers are rejected), `connectionsPerNode`, `requestTimeoutMs`, ' +
      '`connectTimeoutMs`; the last three as in the settings where they are left out. `limits` of a node are stronger',
  ],
  [
    '`quiesceMs`',
    'how long a request without a final answer can take effect on these nodes, in ms; stronger than the setting. ' +
      '`null`: as the setting says',
  ],
];

const RULE_MEMBERS = [
  ['`status`', 'one, or a list'],
  ['`json`', 'what stands where in the body: `{/error: not_found, /code: 7}`, by JSON pointer'],
  ['`text`', 'the body, without space around it'],
  ['`header`', 'headers of the answer: `{X-Node: "{node}"}`'],
  [
    '`proof`',
    'for a rule without these: `words` (the body is neither empty nor markup) or `none` (nothing better is to be ' +
      'had: whatever answers is believed, and `--check` and `doctor` warn)',
  ],
  [
    '',
    'Texts are compared whole, or with `*` at their ends for anything: `"*not found"`; `{key}` and `{node}` may ' +
      'stand in them.',
  ],
];

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (import.meta.main) {
  writeFileSync(PAGE, configurationPage());
  writeFileSync(JSON_SCHEMA, jsonSchemaText());
}
