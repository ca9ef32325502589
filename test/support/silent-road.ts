/**
 * A network path that can be cut silently: three network namespaces, of which the middle one
 * forwards packets or drops them, without a reset or an ICMP message. It needs root and iproute2.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { onTestFinished, type TestContext } from 'vitest';

const NEAR_ADDRESS = '10.77.9.1';
const FAR_ADDRESS = '10.78.9.2';

export interface SilentRoad {
  /** Of the far end, as the near end reaches it. */
  readonly farAddress: string;
  /** The prefix of a command that runs it at this end. */
  readonly near: readonly string[];
  readonly far: readonly string[];
  cut(): void;
  /** Packets from the far end still arrive. */
  cutOneWay(): void;
  mend(): void;
  /** `net.ipv4.tcp_orphan_retries` of the near end. */
  setOrphanRetries(count: number): void;
  /**
   * The bytes that the near kernel still has to send to the far end, one number for each
   * connection, closed ones included.
   */
  unsent(): readonly number[];
}

let roads = 0;

/** A path that is removed after the test. Skips the test if it cannot be made. */
export function silentRoad(ctx: TestContext): SilentRoad {
  const name = `lk${process.pid}x${roads++}`;
  const [near, middle, far] = [`${name}n`, `${name}m`, `${name}f`];
  onTestFinished(() => {
    for (const one of [near, middle, far]) {
      try {
        ip(`netns del ${one}`);
      } catch {
        // It did not exist.
      }
    }
  });
  try {
    for (const one of [near, middle, far]) ip(`netns add ${one}`);
    join(middle, { name: 'toNear', gateway: '10.77.9.254', end: near, address: NEAR_ADDRESS });
    join(middle, { name: 'toFar', gateway: '10.78.9.254', end: far, address: FAR_ADDRESS });
  } catch {
    ctx.skip('no network namespaces can be made here (it takes root and iproute2)');
  }
  const forward = (isOpen: boolean) => sysctl(middle, 'ip_forward', isOpen ? 1 : 0);
  const isOneWay = () =>
    execFileSync('ip', ['-n', middle, 'route'], { encoding: 'utf8' }).includes('blackhole');
  forward(true);
  return {
    farAddress: FAR_ADDRESS,
    near: ['ip', 'netns', 'exec', near],
    far: ['ip', 'netns', 'exec', far],
    cut: () => forward(false),
    cutOneWay: () => ip(`-n ${middle} route add blackhole ${FAR_ADDRESS}`),
    mend: () => {
      forward(true);
      if (isOneWay()) ip(`-n ${middle} route del blackhole ${FAR_ADDRESS}`);
    },
    setOrphanRetries: (count) => sysctl(near, 'tcp_orphan_retries', count),
    unsent: () => unsentIn(near),
  };
}

export interface Program {
  /** Its output so far. */
  readonly lines: readonly string[];
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;
  tell(line: string): void;
  kill9(): void;
}

/** A program of the test at one end, until the test is over. */
export function programAt(
  place: readonly string[],
  path: string,
  { args = [], env = {} }: { args?: readonly string[]; env?: Readonly<Record<string, string>> },
): Program {
  const [command = '', ...words] = [...place, process.execPath, path, ...args];
  const child = spawn(command, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const kill9 = () => void child.kill('SIGKILL');
  onTestFinished(kill9);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const ended = new Promise((resolve) => child.once('close', resolve));
  return { lines, ended, tell: (line) => void child.stdin.write(`${line}\n`), kill9 };
}

interface Link {
  readonly name: string;
  readonly gateway: string;
  readonly end: string;
  readonly address: string;
}

function join(router: string, { name: link, gateway, end, address }: Link): void {
  ip(`-n ${router} link add ${link} type veth peer name road netns ${end}`);
  ip(`-n ${router} addr add ${gateway}/24 dev ${link}`);
  ip(`-n ${router} link set ${link} up`);
  ip(`-n ${end} addr add ${address}/24 dev road`);
  ip(`-n ${end} link set road up`);
  ip(`-n ${end} link set lo up`);
  ip(`-n ${end} route add default via ${gateway}`);
}

function ip(words: string): void {
  execFileSync('ip', words.split(' '), { stdio: 'pipe' });
}

function sysctl(name: string, key: string, value: number): void {
  const words = ['netns', 'exec', name, 'sysctl', '-qw', `net.ipv4.${key}=${value}`];
  execFileSync('ip', words, { stdio: 'pipe' });
}

function unsentIn(name: string): readonly number[] {
  const words = ['netns', 'exec', name, 'ss', '-tanH', 'dst', FAR_ADDRESS];
  const lines = execFileSync('ip', words, { encoding: 'utf8' }).split('\n').filter(Boolean);
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([state]) => state !== 'TIME-WAIT')
    .map(([, , sendQueue]) => Number(sendQueue));
}
