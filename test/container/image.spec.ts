/** The image by itself: what is in it, and what it does with settings that make no sense. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { attempt, type Ran, run } from './support/program.ts';

const IMAGE = process.env['LOCKSTEP_IMAGE'] ?? 'lockstep';
const CALL_MS = 60_000;

function docker(...args: readonly string[]): Promise<Ran> {
  return attempt(['docker', ...args], { timeoutMs: CALL_MS });
}

/** The id of a container that runs on; it is gone after the test. */
async function start(...args: readonly string[]): Promise<string> {
  const id = (await run(['docker', 'run', '-d', ...args], { timeoutMs: CALL_MS })).trim();
  onTestFinished(async () => {
    await run(['docker', 'rm', '--force', '--volumes', id], { timeoutMs: CALL_MS });
  });
  return id;
}

describe('the image', () => {
  it('belongs to the user node', async () => {
    const { output } = await docker('run', '--rm', '--entrypoint', 'id', IMAGE, '-un');
    expect(output.trim()).toBe('node');
  });

  it('holds no compiler, no npm, no sources and no tests', async () => {
    const line =
      'for name in cc gcc make python3 npm npx tsc; do command -v "$name"; done; ' +
      'ls -d src test node_modules/typescript node_modules/node; true';
    const { output } = await docker('run', '--rm', '--entrypoint', 'sh', IMAGE, '-c', line);
    expect(output.split('\n').filter((found) => found.startsWith('/'))).toEqual([]);
    expect(output.match(/cannot access/g)).toHaveLength(4);
  });
});

describe('P10: settings that make no sense', () => {
  it('an app that does not exist is refused with 78', async () => {
    const { code, output } = await docker('run', '--rm', IMAGE, 'lockstep');
    expect(output).toContain('there is no app lockstep; there are lockstepd and nodesim');
    expect(code).toBe(78);
  });

  it('a wrong HC_PING_URL is refused with 78, by its name', async () => {
    const setting = ['--env', 'HC_PING_URL=hc-ping.com/uuid'];
    const { code, output } = await docker('run', '--rm', ...setting, IMAGE, 'lockstepd');
    expect(output).toContain('HC_PING_URL is not a URL of http or https');
    expect(code).toBe(78);
  });

  it('without the right to run jobs cron stays out, and the daemon says so and runs', async () => {
    const setting = ['--env', 'HC_PING_URL=http://127.0.0.1:9/', '--cap-drop', 'ALL'];
    const id = await start(...setting, IMAGE);
    await vi.waitUntil(async () => (await docker('exec', id, 'supervisor/healthy')).code === 0, {
      timeout: 40_000,
    });
    const { output } = await docker('logs', id);
    expect(output).toContain(
      'cron does not run (the capabilities SETUID and SETGID are missing): HC_PING_URL is not pinged',
    );
  });

  it('a daemon that refuses its configuration stays down, with the error to be seen', async () => {
    const setting = ['--env', 'LOCKSTEP_REQUEST_TIMEOUT_MS=soon'];
    const id = await start(...setting, '--restart', 'unless-stopped', IMAGE, 'lockstepd');
    const output = async (): Promise<string> => (await docker('logs', id)).output;
    await vi.waitUntil(async () => (await output()).includes('exited with code [78]'), {
      timeout: 40_000,
    });
    expect(await output()).toContain('LOCKSTEP_REQUEST_TIMEOUT_MS "soon" is not a whole number');
    // pm2-runtime by itself would give up after a dozen seconds.
    const line = 'timeout 16 tail --pid=1 -f /dev/null';
    await docker('exec', id, 'sh', '-c', line);
    const format = '{{.State.Running}} {{.RestartCount}}';
    expect((await docker('inspect', '--format', format, id)).output.trim()).toBe('true 0');
    await run(['docker', 'stop', '-t', '45', id], { timeoutMs: CALL_MS });
    const code = await docker('inspect', '--format', '{{.State.ExitCode}}', id);
    expect(code.output.trim()).toBe('0');
  }, 120_000);
});
