/**
 * The findings of a security test of November 2026 (decisions 036 and 057), each with the tests that fail without its
 * mend. C: critical, H: high, M: medium, L: low.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Finding {
  readonly what: string;
  /** Titles, or the fixed part of a title, by file below `test`. */
  readonly tests: Readonly<Record<string, readonly string[]>>;
  /** Of a part without a test. */
  readonly why?: string;
}

const FINDINGS: Readonly<Record<string, Finding>> = {
  C1: {
    what: 'a list with 32,764 states ends the daemon',
    tests: {
      'hostile/attacks.test.ts': ['P9: with too many states it is rejected'],
    },
  },
  C2: {
    what: 'a web page can command the daemon',
    tests: {
      'hostile/attacks.test.ts': [
        'cannot command the daemon by a POST whose bytes are frames of ZMTP 1.0',
        'cannot command it by fetch either',
      ],
    },
  },
  C3: {
    what: 'a queue of ordinary requests is taken for a hang',
    tests: {
      'hostile/attacks.test.ts': [
        'P8, P9: hundreds of pages of the history at once are seen or answered busy',
        'P8, P9: questions about tens of thousands of open commands delay no other client',
      ],
    },
  },
  H1: {
    what: 'small requests of large cost',
    tests: {
      'hostile/attacks.test.ts': [
        'P9: batches of ten thousand wrong commands are answered command by command',
        'P9: ten thousand frames in front of a request are answered too_large',
      ],
    },
    why: 'a message of a million frames is put together before anybody can count them (decision 036)',
  },
  H2: {
    what: 'silent connections end the daemon',
    tests: {
      'hostile/attacks.test.ts': [
        'P9: more of them than there are descriptors do not end the daemon',
      ],
      'hostile/connections.test.ts': [
        'P8, P9: 1,500 silent connections take a daemon of 1,024 open files from no honest client',
        'P9, P10: connections that greet and stay leave the daemon descriptors of its own',
      ],
      'e2e/open-files.test.ts': ['P10: no open file left is no failure of a node'],
    },
  },
  H3: {
    what: 'memory that one client can take',
    tests: {
      'hostile/memory.test.ts': ['P8, P9, P10: a message without an end ends its connection'],
      'coordinator/asked-again.test.ts': [
        'P9: a client that asks every few seconds waits once, and is answered once',
        'P9: 10,000 repeats wait in all; beyond it busy, until some are answered',
      ],
      'coordinator/full-envelopes.test.ts': [
        'P9: an operator is served while waiting commands fill the memory for envelopes',
      ],
      'coordinator/sockets.test.ts': ['P9: a client that does not read its answers is cut'],
      'coordinator/event-text.test.ts': [
        'P9: an event of many nodes that say much names their states alone',
      ],
      'coordinator/event-socket.test.ts': [
        'P9: a subscriber that does not read loses the events beyond its bound, others get all',
      ],
    },
  },
  H4: {
    what: 'a node ends the daemon with one page of keys',
    tests: {
      'node/listing.test.ts': [
        'millions of numbers',
        'P9: a key that is longer than any is named, not carried on',
      ],
    },
  },
  H5: {
    what: 'a subscriber silences all others; many topics end the daemon',
    tests: {
      'hostile/attacks.test.ts': [
        'P10: that ends a subscription it never had silences no other',
        'P9: that subscribes to tens of thousands of topics is disconnected, and slows no other',
      ],
      'hostile/memory.test.ts': ['P8, P9, P10: subscriptions without an end cost their connection'],
      'coordinator/event-socket.test.ts': ['P9: topics of more than 16 KiB are reported once'],
    },
  },
  H6: {
    what: 'no authentication, and nothing says so',
    tests: {
      'e2e/clients.test.ts': ['LOCKSTEP_AUTH=required asks for a token without a list'],
      'e2e/curve.test.ts': ['refuses no key, an unknown key, and a wrong key of the server'],
    },
  },
  M1: {
    what: 'half requests shut the port of operators',
    tests: {
      'door/server.test.ts': [
        'P9: a request that never ends is cut off within a second, silent or a byte at a time',
        'P9: half requests by the hundred, sent again whenever they are cut, keep no probe out',
      ],
    },
  },
  M2: {
    what: 'a damaged journal is believed',
    tests: { 'journal/sqlite-damage.test.ts': ['damaged journals: none is believed'] },
  },
  M3: {
    what: 'secrets in addresses are shown',
    tests: {
      'config/secrets.test.ts': [
        'M3: credentials in %s are refused, and not shown',
        'M3: the query of an address is not shown',
      ],
      'lifecycle/start-gate.test.ts': ['M3: the query of its address'],
      'observe/healthcheck-ping.test.ts': ['M3: %s reaches curl by its standard input'],
      'tooling/least-privilege.test.ts': ['the simulator gets none of the secrets'],
    },
  },
  M4: {
    what: 'texts of clients act in Slack',
    tests: {
      'observe/notify.test.ts': ['M4: a text of clients makes no link and calls nobody in Slack'],
    },
  },
  M5: {
    what: 'the Node that runs the daemon is in no lockfile; a licence is named nowhere',
    tests: {
      'tooling/supply-chain.test.ts': [
        'M5: every package of production is pinned with its SHA-512',
        'M5: only named packages run a script at an install',
      ],
      'tooling/interpreter.test.ts': [
        "the Node in PATH goes before the project's own, which npm has no checksum of",
      ],
    },
    why: 'the Node that npm fetches where PATH has none is in no lockfile (SECURITY.md)',
  },
  M6: {
    what: 'the data folder is open to other users',
    tests: {
      'journal/sqlite-private.test.ts': [
        'M6: folder and files are closed to other users, even if umask is 0',
        'M6: another user cannot hold the lock',
      ],
      'config/preview.test.ts': ['M6: a data folder in which all users may write is refused'],
      'files/private-file.test.ts': ['M6: a file is 0600, also if it was wider before'],
    },
  },
  L1: {
    what: 'format characters reach terminal and log',
    tests: {
      'cli/words.test.ts': [
        "P10: the text of nodes can't control the terminal",
        'P10: text that would turn the line round or hide in it is shown by its number',
      ],
    },
  },
  L2: {
    what: 'DNS rebinding reads metrics and empties the simulator',
    tests: {
      'door/gate.test.ts': ['that is refused: the answer names the setting'],
      'nodesim/control-access.test.ts': ['are at no target with a host of its own'],
    },
  },
  L3: {
    what: 'links in the data folder are followed',
    tests: {
      'journal/sqlite-private.test.ts': ['L3: a link in the place of journal.db%s is not followed'],
      'files/private-file.test.ts': ['L3: a link in the place of %s is not followed'],
    },
  },
  L4: {
    what: 'too few open files or too little memory end the daemon without a sentence; a slow disk keeps it from starting',
    tests: {
      'e2e/open-files.test.ts': ['P10: %i open files are too few, and it says so'],
      'tooling/launchers.test.ts': ['L4: bin/lockstepd names a limit of address space'],
      'journal/sqlite-schema.test.ts': ['L4: a new journal is made in one transaction'],
    },
  },
  L5: {
    what: 'a name of any length is echoed; counts go on when their client has left',
    tests: {
      'protocol/list-bounds.test.ts': ['a node is named by no more than a node can be called'],
      'coordinator/queries.test.ts': ['P9, L5: 5,000 who ask for stats at once'],
    },
    why: 'ZeroMQ does not say that a client has left: its count of keys goes on, one at a time and bounded in time',
  },
  L6: {
    what: 'plain HTTP behind https:// is only a timeout',
    tests: { 'node/http/tls.test.ts': ['P4.2: one that does not speak TLS is sent nothing'] },
  },
};

const NAMES = { C: 3, H: 6, M: 6, L: 6 };

test('every finding has a row', () => {
  const names = Object.entries(NAMES).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, index) => `${kind}${index + 1}`),
  );
  expect(Object.keys(FINDINGS)).toEqual(names);
});

test.each(Object.entries(FINDINGS))('%s has a test, or a reason why not', (_name, finding) => {
  const titles = Object.entries(finding.tests);
  expect(titles.length > 0 || finding.why !== undefined).toBe(true);
  for (const [file, expected] of titles) {
    const text = readFileSync(join(import.meta.dirname, '..', file), 'utf8');
    for (const title of expected) expect(text).toContain(title);
  }
});
