/** The words of the OpenAPI document. */

interface Text {
  readonly summary: string;
  readonly more?: string;
}

const OPERATIONS: Readonly<Record<string, Text>> = {
  'POST /v1/commands': {
    summary: 'Send a command, or a batch of commands',
    more:
      '200 once every command is settled, whatever its outcome; 202 when the wait is over and one is open. Send it again ' +
      'with the same id after an error or a lost connection: it is done once.',
  },
  'GET /v1/commands/{id}': {
    summary: 'The state of one command',
    more: '200 if it is settled, 202 if it is open. With `wait` the answer waits for its end.',
  },
  'GET /v1/commands': { summary: 'Commands, newest first' },
  'GET /v1/status': { summary: 'The state of the daemon' },
  'GET /v1/nodes': { summary: 'The nodes: calls, answers, breakers' },
  'GET /v1/breakers': { summary: 'The breakers of the nodes' },
  'GET /v1/lanes': { summary: 'The lanes: waiting and running commands, pauses' },
  'GET /v1/stats': { summary: 'The number of keys on every node, counted now' },
  'GET /v1/acts': { summary: "The trail of operators' acts, newest first" },
  'POST /v1/acts': {
    summary: 'An act of an operator',
    more: 'Its author is the client of the token. With a filter it is about all open commands that match.',
  },
};

const PARAMETERS: Readonly<Record<string, string>> = {
  id: 'The id of the command, percent-encoded.',
  wait: 'Milliseconds for which the answer may wait for the end of the command.',
  'Idempotency-Key': 'The id of the command, in place of `id` in the body.',
  story: 'Also show what happened, step by step.',
  record: 'Also show the record of a create.',
  state: 'One state or several, separated by commas.',
  stuck: 'Whether the command is stuck.',
  parked: 'Whether the command is parked.',
  groupId: 'The key.',
  node: 'Commands that are held up by this node.',
  lane: 'Commands of this lane: interactive or bulk.',
  olderThanMs: 'Not younger than so many milliseconds.',
  youngerThanMs: 'Not older than so many milliseconds.',
  limit: 'Entries of a page.',
  cursor: '`next` of the page before.',
  act: 'One kind of act or several, separated by commas.',
  who: 'The author.',
  on: 'The id of a command, the name of a node or of a lane.',
  outcome: 'The outcome of the act.',
};

export const TEXTS = {
  about:
    'Keeps a record in step on every node of a cluster: a create or a delete happens on all nodes or on none. ' +
    'Requests and answers are those of the protocol over ZeroMQ.',
  token:
    'The token of a client of the list, or without a list the one in the file ops-token of the data folder.',
  answer: 'The answer. Of a command: it is settled.',
  open: 'A command is open: ask for it again. Of one command, Location says where.',
  operations: OPERATIONS,
  parameters: PARAMETERS,
} as const;
