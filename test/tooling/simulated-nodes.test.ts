/** Where the daemon under pm2 finds the simulator that pm2 starts beside it. */
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const { appsOf } = createRequire(import.meta.url)('../../supervisor/apps.cjs') as {
  appsOf: (env: NodeJS.ProcessEnv) => { name: string; env: Record<string, string> }[];
};

function nodesOf(env: NodeJS.ProcessEnv): string | undefined {
  return appsOf(env).find(({ name }) => name === 'lockstepd')?.env['LOCKSTEP_NODES'];
}

describe('the daemon follows its simulator', () => {
  it('to the ports after NODESIM_PORT', () => {
    expect(nodesOf({ NODESIM_PORT: '9400' })).toBe(
      'node01=http://127.0.0.1:9401/v1,node02=http://127.0.0.1:9402/v1,node03=http://127.0.0.1:9403/v1',
    );
  });

  it('to another host and other names', () => {
    expect(nodesOf({ NODESIM_HOST: '127.0.0.2', NODESIM_NODES: 'a, b' })).toBe(
      'a=http://127.0.0.2:7401/v1,b=http://127.0.0.2:7402/v1',
    );
  });

  it('but not where LOCKSTEP_NODES or nothing says where the nodes are', () => {
    expect(nodesOf({ NODESIM_PORT: '9400', LOCKSTEP_NODES: 'a=http://a/v1' })).toBeUndefined();
    expect(nodesOf({})).toBeUndefined();
  });
});
