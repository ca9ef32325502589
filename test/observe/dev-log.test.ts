/** Without a syslog setting the machine's own /dev/log gets the log, if it exists. */
import { lstatSync, rmSync, symlinkSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { startDaemon } from '../support/daemon.ts';
import { rsyslogMissing, startRsyslog } from './support/rsyslog.ts';
import { until } from './support/until.ts';

const DEV_LOG = '/dev/log';
/** Nobody listens there. */
const NODES = 'node01=http://127.0.0.1:9/v1';

/** Why it can't be tested here; undefined if it can. */
function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can put a socket at /dev/log';
  const own = lstatSync(DEV_LOG, { throwIfNoEntry: false });
  return own === undefined ? rsyslogMissing() : 'this machine has a /dev/log of its own';
}

test('a daemon without a syslog setting writes its log to /dev/log', async (ctx) => {
  const why = missing();
  if (why !== undefined) ctx.skip(why);
  await using server = await startRsyslog();
  symlinkSync(server.socketPath, DEV_LOG);
  onTestFinished(() => rmSync(DEV_LOG, { force: true }));
  await using daemon = await startDaemon({
    nodes: NODES,
    env: { LOCKSTEP_SYSLOG_ADDRESS: undefined },
  });
  const ready = () =>
    server
      .received()
      .filter(
        ({ procid, msg }) => procid === String(daemon.pid) && /^\s*main info ready/.test(msg),
      );
  await until(() => ready().length === 1);
  expect(ready()[0]).toMatchObject({ app: 'lockstepd', facility: 'daemon', severity: 'info' });
});
