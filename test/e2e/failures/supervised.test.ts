/** The failures that pm2 recovers, with the real pm2: rows of the table in docs/operate/troubleshoot.md. */
import { describe } from 'vitest';
import { BUSY_LOOP, crash } from '../../support/inspector.ts';
import { heard, shareDeployment } from './deployment.ts';
import { failure } from './failure.ts';

const deployment = shareDeployment();
/** Fills the heap of a thread. */
const HOARD = `setTimeout(function hoards() {
  for (const all = []; ; ) all.push(new Array(10_000).fill(all.length));
}); 0`;

describe('failures', () => {
  failure('thread crash', 'P8: the next life does what was accepted', async (course) => {
    const life = await deployment.work();
    course.begins();
    await life.evaluate('executor-1', crash());
    await course.seen(life.log);
    await course.well(life.flaws);
    await heard(deployment.sentry, 'out of the blue');
    await heard(deployment.webhook, 'thread executor-1 crashed');
  });

  failure('thread hang', 'P8: the next life does what was accepted', async (course) => {
    const life = await deployment.work();
    await life.evaluate('executor-1', BUSY_LOOP);
    course.begins();
    await course.seen(life.log);
    await course.well(life.flaws);
  });

  failure(
    'main hang',
    'P8: the watchdog ends it; the next life does what was accepted',
    async (course) => {
      const life = await deployment.work();
      await life.evaluate('main', BUSY_LOOP);
      course.begins();
      await course.seen(life.log);
      await course.well(life.flaws);
    },
  );

  failure('coordinator crash', 'P8: the next life does what was accepted', async (course) => {
    const life = await deployment.work();
    course.begins();
    await life.evaluate('coordinator', crash());
    await course.seen(life.log);
    await course.well(life.flaws);
  });

  failure('kill -9', 'P3: the next life does what was accepted', async (course) => {
    const life = await deployment.work();
    course.begins();
    process.kill(life.pid, 'SIGKILL');
    await course.seen(life.log);
    await course.well(life.flaws);
  });

  failure('out of memory', 'P3: the next life does what was accepted', async (course) => {
    const life = await deployment.work();
    await life.evaluate('coordinator', HOARD);
    course.begins();
    await course.seen(life.log);
    await course.well(life.flaws);
  });

  failure(
    'Sentry hanging',
    'P9: the end is held up by seconds, the next life by nothing',
    async (course) => {
      const life = await deployment.work();
      deployment.sentry.behave('hang');
      course.begins();
      await life.evaluate('executor-2', crash('something else'));
      await course.seen(life.log);
      await course.well(life.flaws);
    },
  );
});
