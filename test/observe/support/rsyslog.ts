/**
 * Debian's rsyslogd as a child process: its own configuration and folder, free ports, nothing of the
 * machine's own service. What it receives it writes as one JSON object a line.
 *
 *     await using server = await startRsyslog();
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepts } from '../../support/accepts.ts';
import { freePorts } from '../../support/free-ports.ts';
import { until } from './until.ts';

export interface Received {
  readonly severity: string;
  readonly facility: string;
  readonly app: string;
  readonly procid: string;
  readonly msgid: string;
  readonly host: string;
  readonly time: string;
  readonly msg: string;
}

export interface Rsyslog extends AsyncDisposable {
  readonly udpPort: number;
  readonly tcpPort: number;
  readonly socketPath: string;
  received(): readonly Received[];
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Why rsyslog can't run here; undefined if it can. */
export function rsyslogMissing(): string | undefined {
  const found = spawnSync('rsyslogd', ['-v']);
  return found.error === undefined ? undefined : 'rsyslogd is not installed';
}

export async function startRsyslog(): Promise<Rsyslog> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-rsyslog-'));
  const [udpPort = 0, tcpPort = 0] = await freePorts(2);
  const socketPath = join(folder, 'log');
  const out = join(folder, 'received');
  writeFileSync(join(folder, 'rsyslog.conf'), configuration({ folder, udpPort, tcpPort }));
  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn(
      'rsyslogd',
      ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'pid'), '-C'],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    await until(async () => existsSync(socketPath) && (await accepts(tcpPort)));
  };
  const stop = async () => {
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
    rmSync(socketPath, { force: true });
  };
  await start();
  return {
    udpPort,
    tcpPort,
    socketPath,
    start,
    stop,
    received: () =>
      existsSync(out)
        ? readFileSync(out, 'utf8')
            .split('\n')
            .slice(0, -1)
            .map((line) => JSON.parse(line) as Received)
        : [],
    [Symbol.asyncDispose]: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(at: { folder: string; udpPort: number; tcpPort: number }): string {
  const fields = {
    severity: 'syslogseverity-text',
    facility: 'syslogfacility-text',
    app: 'app-name',
    procid: 'procid',
    msgid: 'msgid',
    host: 'hostname',
    time: 'timereported',
    msg: 'msg',
  };
  const parts = Object.entries(fields).map(([name, property], index) => {
    const comma = index === 0 ? '' : ',';
    const format = name === 'time' ? ' dateFormat="rfc3339"' : ' format="json"';
    return `constant(value="${comma}\\"${name}\\":\\"") property(name="${property}"${format}) constant(value="\\"")`;
  });
  return [
    `global(workDirectory="${at.folder}")`,
    'module(load="imudp") module(load="imtcp") module(load="imuxsock" SysSock.Use="off")',
    `input(type="imudp" address="127.0.0.1" port="${at.udpPort}")`,
    `input(type="imtcp" address="127.0.0.1" port="${at.tcpPort}")`,
    `input(type="imuxsock" Socket="${at.folder}/log" RateLimit.Interval="0")`,
    `template(name="lines" type="list") { constant(value="{") ${parts.join(' ')} constant(value="}\\n") }`,
    `if $app-name == "lockstepd" then action(type="omfile" file="${at.folder}/received" template="lines" flushOnTXEnd="on" asyncWriting="off")`,
  ].join('\n');
}
