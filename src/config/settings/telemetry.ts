/**
 * The settings of log, Sentry, Cronitor and notices.
 *
 * Each integration is off until its key is set. Settings that need each other are in
 * `relations.ts`. Keys, and addresses that hold one, are secret and never shown.
 */
import { z } from 'zod';
import { baseUrl, host, httpUrl } from './addresses.ts';
import { settingDocs } from './setting-docs.ts';

const HOUR_MS = 60 * 60 * 1000;

/** The destination of log lines beside the console. Survives JSON. */
export type SyslogAddress =
  | { readonly kind: 'udp' | 'tcp' | 'tls'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'none' };

const syslogAddress = z.string().transform((text, context): SyslogAddress => {
  if (text === 'none') return { kind: 'none' };
  const path = /^unix:\/\/(?<path>\/.+)$/su.exec(text)?.groups?.['path'];
  if (path !== undefined) return { kind: 'unix', path };
  const parts = /^(?<kind>udp|tcp|tls):\/\/(?<host>[^/]+):(?<port>[1-9][0-9]{0,4})$/.exec(text);
  const { kind, host: name = '', port } = parts?.groups ?? {};
  const bare = name.replace(/^\[(.*)\]$/, '$1');
  if (kind === undefined || Number(port) > 65_535 || !host.safeParse(bare).success) {
    const message = 'is not of the form udp://HOST:PORT, tcp://…, tls://… or unix:///PATH';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
  return { kind: kind as 'udp' | 'tcp' | 'tls', host: bare, port: Number(port) };
});

/** As strict as Sentry's own parser, which prints an address that it cannot read, with its key. */
const DSN = /^https?:\/\/\w+@(?:\[[:.\w]+\]|[\w.-]+)(?::\d+)?\/(?:[\w.-]+\/)*\d+$/;
const sentryDsn = z.string().regex(DSN, 'is not of the form https://KEY@HOST/PROJECT');

/** A key that goes into a header or a path. */
const key = z.string().regex(/^[\w.:+/=-]{1,512}$/, 'holds characters that no key has');

const names = z
  .string()
  .regex(/^[\w.-]+(?:,[\w.-]+)*$/, 'is not of the form name,name,…')
  .transform((text): readonly string[] => text.split(','));

export const telemetryShape = {
  deviceName: host.optional().register(settingDocs, {
    text: 'The name of this daemon at Cronitor, Sentry and in notices.',
    allowed: '1 to 253 letters, digits, dots, hyphens and underscores',
    fallback: "the machine's host name",
    variable: 'DEVICE_NAME',
  }),
  logConsole: z.enum(['auto', 'on', 'off']).default('auto').register(settingDocs, {
    text: 'Lines on stdout, errors on stderr. `auto`: everything on a terminal or without syslog, else errors only.',
  }),
  syslogAddress: syslogAddress.optional().register(settingDocs, {
    text: 'The syslog server (RFC 5424; octet-counted over tcp and tls).',
    allowed: 'udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT, unix:///PATH, none',
    fallback: 'unix:///dev/log where that is, else none',
    variable: 'SYSLOG_ADDRESS',
  }),
  sentryDsn: sentryDsn.optional().register(settingDocs, {
    text: 'The address for unhandled errors; off without it.',
    allowed: 'https://KEY@HOST/PROJECT',
    fallback: 'off',
    variable: 'SENTRY_DSN',
    secret: true,
  }),
  sentryEnvironment: host.default('production').register(settingDocs, {
    text: 'The environment that Sentry shows with each error.',
    allowed: 'a name of letters, digits, dots, hyphens and underscores',
    variable: 'SENTRY_ENVIRONMENT',
  }),
  sentryIgnore: names.optional().register(settingDocs, {
    text: 'Names of threads and of errors (such as TypeError) that are not reported to Sentry.',
    allowed: 'names of threads or errors: name,name,…',
    fallback: 'none',
  }),
  cronitorApiKey: key.optional().register(settingDocs, {
    text: 'The key for heartbeats to Cronitor; off without it.',
    allowed: 'a key of Cronitor',
    fallback: 'off',
    variable: 'CRONITOR_API_KEY',
    secret: true,
  }),
  cronitorMonitor: key.optional().register(settingDocs, {
    text: 'The monitor of those heartbeats.',
    allowed: 'the key of a monitor',
    fallback: 'none; needed with cronitorApiKey',
    variable: 'CRONITOR_MONITOR',
  }),
  cronitorUrl: baseUrl.default('https://cronitor.link').register(settingDocs, {
    text: 'The URL for heartbeats.',
    allowed: 'http(s)://HOST…',
  }),
  cronitorIntervalMs: z.int().min(100).max(HOUR_MS).default(60_000).register(settingDocs, {
    unit: 'ms',
    text: 'The time between two heartbeats.',
  }),
  telegramBotToken: key.optional().register(settingDocs, {
    text: 'The token of the Telegram bot that sends notices; off without it.',
    allowed: 'a token of @BotFather',
    fallback: 'off',
    variable: 'TELEGRAM_BOT_TOKEN',
    secret: true,
  }),
  telegramChat: z
    .string()
    .regex(/^(?:-?\d{1,20}|@\w{1,64})$/, 'is neither a number nor @name')
    .optional()
    .register(settingDocs, {
      text: 'The chat that receives the notices.',
      allowed: 'the number of a chat, or @name of a channel',
      fallback: 'none; needed with telegramBotToken',
      variable: 'TELEGRAM_CHAT_ID',
    }),
  telegramUrl: baseUrl.default('https://api.telegram.org').register(settingDocs, {
    text: "Telegram's API.",
    allowed: 'http(s)://HOST…',
  }),
  webhookUrl: httpUrl.optional().register(settingDocs, {
    text: 'The URL to which notices are posted as JSON; off without it.',
    allowed: 'http(s)://HOST…',
    fallback: 'off',
    variable: 'WEBHOOK_URL',
    secret: true,
  }),
  webhookFormat: z.enum(['json', 'slack', 'pagerduty']).default('json').register(settingDocs, {
    text: 'The format of posted notices: see docs/operate/monitor.md.',
    variable: 'WEBHOOK_FORMAT',
  }),
  webhookKey: key.optional().register(settingDocs, {
    text: 'The routing key of PagerDuty Events.',
    allowed: 'a key of PagerDuty',
    fallback: 'none; needed with webhookFormat pagerduty',
    variable: 'WEBHOOK_KEY',
    secret: true,
  }),
  noticeIntervalMs: z.int().min(10).max(HOUR_MS).default(12_000).register(settingDocs, {
    unit: 'ms',
    text: 'The shortest time between two messages to one channel; notices that come meanwhile are sent as one.',
  }),
};
