/**
 * docker-compose.yml as it stands, in a real engine: the daemon beside its simulated cluster. The
 * tests of one composition build on each other, from the start to the stop.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Composition,
  compositionUp,
  findCompose,
  type Service,
} from './support/composition.ts';

const HEALTHY_MS = 90_000;
const HEALED_MS = 20_000;
/** cron looks once a minute; the ping may try again for a while. */
const PINGED_MS = 100_000;
const STOPPED_MS_MAX = 15_000;

const compose = await findCompose();
let composition: Composition;

beforeAll(async () => {
  if (compose !== undefined) composition = await compositionUp(compose);
});

beforeEach((ctx) => {
  ctx.skip(compose === undefined, 'neither docker compose nor docker-compose is installed');
});

afterAll(() => composition?.[Symbol.asyncDispose]());

interface Process {
  readonly pid: number;
  readonly state: string;
  /** The real one, then the effective one. */
  readonly uids: readonly [string, string];
  readonly command: string;
}

/** As the container sees itself; there is no `ps` in it. */
async function processes(service: Service): Promise<readonly Process[]> {
  const line =
    'for p in /proc/[0-9]*; do printf "%s\\t%s\\t%s\\t%s\\n" "$(basename "$p")" ' +
    '"$(sed -n "s/^State:.//p" "$p/status")" "$(sed -n "s/^Uid:.//p" "$p/status" | cut -f1,2)" ' +
    '"$(tr "\\0" " " <"$p/cmdline")"; done 2>/dev/null';
  const { output } = await composition.exec(service, 'sh', '-c', line);
  return output
    .trimEnd()
    .split('\n')
    .map((row) => {
      const [pid = '', state = '', real = '', effective = '', command = ''] = row.split('\t');
      return { pid: Number(pid), state, uids: [real, effective], command };
    });
}

async function pidOf(words: string): Promise<number | undefined> {
  return (await processes('lockstepd')).find(({ command }) => command.includes(words))?.pid;
}

async function answersPing(): Promise<boolean> {
  return (await composition.exec('lockstepd', 'bin/lockstep', 'ping')).code === 0;
}

describe('the composition', () => {
  it('both services become healthy, by /healthz and by the nodes', async () => {
    for (const service of ['nodesim', 'lockstepd'] as const) {
      await vi.waitUntil(
        async () => (await composition.inspect(service)).State.Health?.Status === 'healthy',
        { timeout: HEALTHY_MS, interval: 500 },
      );
    }
    expect((await fetch(`${composition.opsUrl}/healthz`)).status).toBe(200);
  });

  it('P1: commands reach the nodes under their names, and all agree', async () => {
    const created = await composition.exec('lockstepd', 'bin/lockstep', 'create', '0..19');
    expect(created).toMatchObject({ code: 0 });
    const { output } = await composition.exec('lockstepd', 'bin/lockstep', 'stats', '--json');
    const nodes = { node01: { count: 20 }, node02: { count: 20 }, node03: { count: 20 } };
    expect(JSON.parse(output)).toEqual({ consistent: true, nodes });
    const { output: hosts } = await composition.exec(
      'lockstepd',
      'getent',
      'hosts',
      'node02.app.internal.com',
    );
    expect(hosts).toContain('node02.app.internal.com');
  });

  it('the keys are made at the first start, for the user alone, and nobody gets in without', async () => {
    const listing = ['stat', '-c', '%n %U %a', '/data', '/data/keys', '/data/keys/server.key'];
    const { output } = await composition.exec('lockstepd', ...listing, '/data/keys/operator.key');
    expect(output.trimEnd().split('\n')).toEqual([
      '/data node 700',
      '/data/keys node 700',
      '/data/keys/server.key node 600',
      '/data/keys/operator.key node 600',
    ]);
    const without = ['env', '-u', 'LOCKSTEP_KEY_FILE', 'bin/lockstep', 'ping'];
    const refused = await composition.exec('lockstepd', ...without);
    expect(refused.code).toBe(3);
    expect(refused.output).toContain('accepts only clients with a key, and this client has none');
  });

  it('each name has all nodes on port 80, as their cluster has', async () => {
    for (const name of ['node01', 'node02', 'node03']) {
      const host = `${name}.app.internal.com`;
      const url = `http://${host}/ping/`;
      const pinged = await composition.exec('lockstepd', 'curl', '-fsS', '-m', '5', url);
      expect(pinged).toEqual({ code: 0, output: 'PONG\n' });
      const read = ['-H', `node: ${name}`, `http://${host}/v1/group/7`];
      const record = await composition.exec('lockstepd', 'curl', '-fsS', '-m', '5', ...read);
      expect(JSON.parse(record.output)).toEqual({ groupId: '7' });
    }
  });

  it('everything runs as the user node; cron alone may become another', async () => {
    for (const service of ['nodesim', 'lockstepd'] as const) {
      const found = await processes(service);
      expect(found.length).toBeGreaterThan(2);
      // One that ended while the list was made shows nothing of itself.
      const others = found
        .filter(({ uids }) => uids.some((uid) => uid !== '' && uid !== '1000'))
        .map(({ uids, command }) => [...uids, command.trim()]);
      // At the full minute a copy of cron, called CRON, is about to become the user of a job.
      const names = new Set(others.map((other) => other.join(' ').toLowerCase()));
      expect([...names]).toEqual(service === 'lockstepd' ? ['1000 0 /usr/sbin/cron -f -l 0'] : []);
    }
  });

  it('the root file system is read-only', async () => {
    for (const service of ['nodesim', 'lockstepd'] as const) {
      const { code, output } = await composition.exec(service, 'touch', '/app/here');
      expect(output).toContain('Read-only file system');
      expect(code).toBe(1);
    }
  });

  it('the logs of the containers go to syslog, by RFC 5424 and under their names', async () => {
    const line = /^<\d+>1 \S+ \S+ \S*lockstepd\S* \d+ .* lockstepd main info ready /;
    expect(composition.syslog.find((each) => line.test(each))).toBeDefined();
  });

  it('P8: a daemon killed with -9 is up again by itself, with all it knew', async () => {
    const before = await pidOf('dist/daemon.js');
    await composition.exec('lockstepd', 'sh', '-c', `kill -9 ${before}`);
    await vi.waitUntil(answersPing, { timeout: HEALED_MS });
    expect(await pidOf('dist/daemon.js')).not.toBe(before);
    const { RestartCount: restarts } = await composition.inspect('lockstepd');
    expect(restarts).toBe(0);
    const again = await composition.exec('lockstepd', 'bin/lockstep', 'create-one', '0');
    expect(again.output).toContain('already_exists');
  });

  it('PID 1 reaps what others leave behind', async () => {
    // Its parent is gone when it ends, so it is left to PID 1.
    const line = '(sh -c "exec sleep 0.2" & echo $! >/tmp/orphan); cat /tmp/orphan';
    const { output } = await composition.exec('lockstepd', 'sh', '-c', line);
    const orphan = Number(output);
    expect(orphan).toBeGreaterThan(1);
    const isGone = async (): Promise<boolean> =>
      (await processes('lockstepd')).every(({ pid }) => pid !== orphan);
    await vi.waitUntil(isGone, { timeout: HEALED_MS });
    const states = (await processes('lockstepd')).map(({ state }) => state);
    expect(states.filter((state) => state.startsWith('Z'))).toEqual([]);
  });

  it('cron pings with host and uptime; where cron was killed, it is back', async () => {
    const before = await pidOf('/usr/sbin/cron');
    await composition.exec('lockstepd', 'sh', '-c', `kill -9 ${before}`);
    await vi.waitUntil(async () => ![undefined, before].includes(await pidOf('/usr/sbin/cron')), {
      timeout: HEALED_MS,
    });
    const seen = composition.pings.length;
    await vi.waitUntil(() => composition.pings.length > seen, { timeout: PINGED_MS });
    const host = (await composition.exec('lockstepd', 'uname', '-n')).output.trim();
    const ping = composition.pings.at(-1);
    expect(ping?.path).toBe('/ping?create=1');
    expect(ping?.body).toMatch(new RegExp(`^${host} up \\d+ s, load [\\d.]+ [\\d.]+ [\\d.]+$`));
  });

  it("only the user node can read cron's part of the environment", async () => {
    const file = '/run/lockstep/cron.env';
    const { output } = await composition.exec('lockstepd', 'stat', '-c', '%U %a', file);
    expect(output.trim()).toBe('node 600');
  });

  it('a container whose pm2 is killed is restarted, by Docker', async () => {
    const pm2 = await pidOf('pm2-runtime');
    await composition.exec('lockstepd', 'sh', '-c', `kill -9 ${pm2}`);
    await vi.waitUntil(async () => (await composition.inspect('lockstepd')).RestartCount === 1, {
      timeout: HEALED_MS,
    });
    await vi.waitUntil(answersPing, { timeout: HEALTHY_MS });
  });

  it('pm2 restarts the daemon before its container is out of memory', async () => {
    const pid = await pidOf('dist/daemon.js');
    // pm2 hands what it knows of an app on to it.
    const line = `tr '\\0' '\\n' </proc/${pid}/environ | sed -n s/^max_memory_restart=//p`;
    const { output } = await composition.exec('lockstepd', 'sh', '-c', line);
    const { HostConfig: host } = await composition.inspect('lockstepd');
    expect(Number(output)).toBeGreaterThan(0);
    expect(Number(output)).toBeLessThan(host.Memory);
    expect(host.RestartPolicy.Name).toBe('unless-stopped');
  });

  it('docker stop ends both in order, with 0', async () => {
    const begun = performance.now();
    await composition.compose('stop', '--timeout', '45');
    expect(performance.now() - begun).toBeLessThan(STOPPED_MS_MAX);
    for (const service of ['nodesim', 'lockstepd'] as const) {
      expect((await composition.inspect(service)).State).toMatchObject({
        Status: 'exited',
        ExitCode: 0,
      });
    }
    expect(await composition.logs('lockstepd')).toMatch(/shutdown complete .*exiting with code 79/);
  });
});
