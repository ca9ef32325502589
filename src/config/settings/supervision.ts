/**
 * The settings that the daemon shares with its supervisor: when it may begin, when it restarts, and
 * the exit code of an intended stop.
 */
import { z } from 'zod';
import { httpUrlFault, tcpEndpoint } from './addresses.ts';
import { settingDocs } from './setting-docs.ts';

const GIB = 1024 ** 3;
const HOUR_MS = 60 * 60 * 1000;
const HOURS_MAX = 8760;
/** Exit codes that have another meaning: a failure, a scheduled restart, a bad configuration. */
const TAKEN_EXIT_CODES: readonly number[] = [1, 75, 78];

export const supervisionShape = {
  startGate: z
    .string()
    .superRefine((text, context) => {
      if (tcpEndpoint.safeParse(text).success) return;
      const fault = httpUrlFault(text);
      if (fault === undefined) return;
      const message =
        fault === 'is not a URL'
          ? 'is neither of the form tcp://HOST:PORT nor a URL of http or https'
          : fault;
      context.addIssue({ code: 'custom', message });
    })
    .optional()
    .register(settingDocs, {
      text: 'The address that must answer before any work begins: a port that accepts connections, or a URL that answers 2xx.',
      allowed: 'tcp://HOST:PORT, http(s)://HOST…',
      fallback: 'none; no wait',
    }),
  startGateMs: z.int().min(1).max(HOUR_MS).default(300_000).register(settingDocs, {
    unit: 'ms',
    text: 'How long the start waits for that; then it fails, and the supervisor tries again.',
  }),
  restartAfterHours: z.number().min(0).max(HOURS_MAX).default(0).register(settingDocs, {
    unit: 'hours',
    text: 'After this time, or up to a tenth sooner, the daemon stops in order with exit code 75, and its supervisor restarts it. 0: off.',
  }),
  memoryLimitBytes: z
    .int()
    .min(GIB / 4)
    .max(Number.MAX_SAFE_INTEGER)
    .default(GIB)
    .register(settingDocs, {
      unit: 'bytes',
      text: 'The resident memory above which the supervisor restarts the daemon (`max_memory_restart` of pm2, which reads only the variable); above 90 % of it the log warns. If connections of clients use so much memory that half of it is exceeded, all of them are closed.',
    }),
  stopExitCode: z
    .int()
    .min(0)
    .max(255)
    .refine((code) => !TAKEN_EXIT_CODES.includes(code), 'already has another meaning')
    .default(0)
    .register(settingDocs, {
      text: 'The exit code of an intended stop.',
      allowed:
        'a whole number from 0 to 255, but not 1 (failed), 75 (scheduled restart) or 78 (bad ' +
        'configuration)',
    }),
};
