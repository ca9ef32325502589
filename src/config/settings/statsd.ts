/** The settings of the metrics that are sent as statsd lines. Settings that need each other are in `relations.ts`. */
import { z } from 'zod';
import { host } from './addresses.ts';
import { settingDocs } from './setting-docs.ts';

const HOUR_MS = 60 * 60 * 1000;

export interface StatsdAddress {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

const address = z.string().transform((text, context): StatsdAddress => {
  const { name = '', port } = /^(?<name>.+):(?<port>[1-9][0-9]{0,4})$/.exec(text)?.groups ?? {};
  const bare = name.replace(/^\[(.*)\]$/, '$1');
  const isWhole = !bare.includes(':') || bare !== name;
  if (isWhole && host.safeParse(bare).success && Number(port) <= 65_535) {
    return { host: bare, port: Number(port) };
  }
  context.addIssue({ code: 'custom', message: 'is not of the form HOST:PORT' });
  return z.NEVER;
});

const tags = z
  .string()
  .regex(/^[\w.-]{1,64}:[\w./-]{1,128}(?:,[\w.-]{1,64}:[\w./-]{1,128}){0,31}$/, {
    error: 'is not of the form name:value,name:value,… (32 at most)',
  })
  .transform(
    (text): Readonly<Record<string, string>> =>
      Object.fromEntries(text.split(',').map((tag) => tag.split(':'))),
  );

export const statsdShape = {
  statsd: address.optional().register(settingDocs, {
    text: 'Where the metrics are sent as statsd lines over UDP; off without it.',
    allowed: 'HOST:PORT, HOST an address or a name; [ADDRESS]:PORT for IPv6',
    fallback: 'off',
  }),
  statsdFormat: z.enum(['statsd', 'datadog', 'telegraf']).default('statsd').register(settingDocs, {
    text: 'How the labels of a metric are written: in its name, as tags of DogStatsD, or as tags of Telegraf.',
  }),
  statsdPrefix: z
    .string()
    .regex(/^[\w-]{1,64}(?:\.[\w-]{1,64}){0,7}$/, 'is not of the form name.name.…')
    .default('lockstep')
    .register(settingDocs, {
      text: 'The beginning of each name, in place of `lockstep_`.',
      allowed: 'up to 8 words of letters, digits, hyphens and underscores, with dots between them',
    }),
  statsdTags: tags.optional().register(settingDocs, {
    text: 'Tags of every metric.',
    allowed: 'name:value,name:value,…',
    fallback: 'none',
  }),
  statsdIntervalMs: z.int().min(100).max(HOUR_MS).default(10_000).register(settingDocs, {
    unit: 'ms',
    text: 'The time between two rounds of statsd lines.',
  }),
};

/** An address or tags as they are written in the environment. */
export function statsdText(
  value: StatsdAddress | Readonly<Record<string, string>> | undefined,
): string {
  if (value === undefined) return 'none';
  if (!isAddress(value))
    return Object.entries(value)
      .map(([name, text]) => `${name}:${text}`)
      .join(',');
  return `${value.host.includes(':') ? `[${value.host}]` : value.host}:${value.port}`;
}

function isAddress(
  value: StatsdAddress | Readonly<Record<string, string>>,
): value is StatsdAddress {
  return typeof value.port === 'number';
}
