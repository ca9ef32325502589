/**
 * The secrets of the environment that each app gets, with the real pm2 and small programs in place
 * of the apps.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SETTING_KEYS } from '../../src/config/schema.ts';
import { docOf } from '../../src/config/settings/setting.ts';
import { supervisedProject } from './supervised-project.ts';

it('the simulator gets none of the secrets that the daemon gets', async () => {
  const secrets = SETTING_KEYS.map(docOf).filter(({ secret }) => secret === true);
  const names = [...secrets.map(({ variable }) => variable ?? ''), 'HC_PING_URL'];
  expect(names).toContain('SENTRY_DSN');
  const project = await supervisedProject();
  project.start(Object.fromEntries(names.map((name) => [name, `secret-${name}`])));
  const heldBy = (app: string) => {
    const environ = readFileSync(`/proc/${project.pidOf(app)}/environ`, 'utf8');
    return names.filter((name) => environ.includes(`secret-${name}`));
  };
  expect(heldBy('lockstepd')).toEqual(names);
  expect(heldBy('nodesim')).toEqual([]);
});
