/**
 * `lockstep doctor`: checks everything that the daemon depends on, with the settings that a daemon
 * started in this place would have. It changes nothing, unless it is to try a key.
 */
import { targetOf } from '../../context/target.ts';
import { report } from '../../doctor/report.ts';
import { EXIT, UsageError } from '../../exit-code.ts';
import { durationMs } from '../../input/duration.ts';
import { identityOf } from '../../input/identity.ts';
import { interruptible } from '../../input/interrupts.ts';
import { CONFIG } from '../../input/options.ts';
import { RECORD, recordField } from '../../input/record.ts';
import { subcommand } from '../../subcommand.ts';

const TIMEOUT_MS = 3000;

export const doctor = subcommand({
  usage: 'doctor',
  describe: 'Check the installation, and explain how to correct it',
  positionals: {},
  options: {
    ...CONFIG,
    'send-test': {
      type: 'boolean',
      describe: 'Send a test message over each notification route that is on',
    },
    measure: {
      type: 'boolean',
      describe: 'Read from each node with 1 to 32 calls at once, and propose connectionsPerNode',
    },
    try: {
      type: 'string',
      requiresArg: true,
      describe: 'Create, read, list and delete this key on each node, and compare with the dialect',
    },
    record: { ...RECORD.record, group: 'Options:' },
    'record-file': { ...RECORD['record-file'], group: 'Options:' },
  },
  examples: [
    ['$0 doctor --send-test', 'check everything, and send test notices'],
    ['$0 doctor --measure', 'see how many connections each node takes best; about a minute'],
    ['$0 doctor --try an-unused-key', 'see whether the dialect fits the nodes'],
    ['$0 doctor --try ann --record \'{"email":"a@b.c"}\'', 'the same with the content of a record'],
  ],
  async run(args, terminal) {
    const { try: key } = args;
    const isGiven = args.record !== undefined || args['record-file'] !== undefined;
    if (key === undefined && isGiven) {
      throw new UsageError('--record and --record-file need --try: the key of the record');
    }
    const { record } = await recordField(args);
    // Loaded on use: it reads the configuration, which no other subcommand needs.
    const { examine } = await import('../../doctor/examination.ts');
    // Without the name of a context it examines the daemon of this place.
    const place = { env: process.env, cwd: process.cwd() };
    const target = args.context === undefined ? undefined : await targetOf(args, place);
    const options = {
      env: process.env,
      cwd: process.cwd(),
      endpoint: target?.endpoint ?? args.endpoint,
      identity: target?.identity ?? identityOf(args, process.env),
      configFile: args.config,
      sendTest: args['send-test'] === true,
      measures: args.measure === true,
      timeoutMs: args.timeout === undefined ? TIMEOUT_MS : durationMs('timeout', args.timeout),
    };
    const print = async (findings: Awaited<ReturnType<typeof examine>>) => {
      const isWell = findings.every(({ level }) => level === 'ok');
      if (args.json) await terminal.json({ ok: isWell, findings });
      else await terminal.line(report(findings, terminal));
      return isWell ? EXIT.done : EXIT.notDone;
    };
    if (key === undefined) return print(await examine(options));
    const leave = new AbortController();
    return interruptible(terminal, {
      run: async (stop) => {
        const canary = { key, record, stop, leave: leave.signal };
        return print(await examine({ ...options, canary }));
      },
      leave: () => leave.abort(),
      leaving: 'Leaving: keys that were not removed are listed.',
    });
  },
});
