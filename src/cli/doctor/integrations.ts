/**
 * Services outside: which integrations are on, by the settings; and, only on request, a test of
 * each. People get a message marked as a test. Where a test would count as a message of the daemon
 * (Sentry, Cronitor), the check only sees whether the service answers.
 */
import { hostname } from 'node:os';
import type { Settings } from '../../config/schema.ts';
import { type Finding, fail, ok } from './finding.ts';
import { exchange, type HttpResult } from './http.ts';

const OFF = 'off';

interface Integration {
  readonly name: string;
  /** Undefined: off. */
  readonly test: Omit<HttpResult, 'timeoutMs'> | undefined;
  /** The settings to check when it fails. */
  readonly variables: string;
  /** Any answer is enough: this is no test message. */
  readonly isLook?: true;
}

export interface IntegrationOptions {
  /** Of healthchecks.io: it belongs to cron, not to the daemon, so it is no setting. */
  readonly pingUrl: string | undefined;
  readonly sendTest: boolean;
  readonly timeoutMs: number;
}

export async function checkIntegrations(
  settings: Settings,
  { pingUrl, sendTest, timeoutMs }: IntegrationOptions,
): Promise<readonly Finding[]> {
  const found = [...integrationsOf(settings, pingUrl)].map(async (integration) => {
    const { name, test, variables } = integration;
    if (test === undefined) return ok(name, OFF);
    // The settings are checked already; the container's own variable is not.
    if (!/^https?:\/\/./.test(test.url)) {
      return fail(name, `${variables} is not a URL of http or https`, `Correct ${variables}.`);
    }
    if (!sendTest) return ok(name, 'on; --send-test tries it');
    return tried(integration, { ...test, timeoutMs });
  });
  return Promise.all(found);
}

async function tried(
  { name, variables, isLook }: Integration,
  request: HttpResult,
): Promise<Finding> {
  const answer = await exchange(request);
  const hint = `Check ${variables}, and the network between this machine and that server.`;
  if (answer.kind === 'silent') return fail(name, answer.why, hint);
  if (isLook) return ok(name, `${new URL(request.url).host} answers; nothing was sent`);
  if (answer.status >= 200 && answer.status < 300)
    return ok(name, 'the server accepted the test message');
  return fail(name, `the server rejected the test message with ${answer.status}`, hint);
}

function* integrationsOf(settings: Settings, pingUrl: string | undefined): Generator<Integration> {
  const { sentryDsn, cronitorApiKey, cronitorUrl, telegramBotToken, webhookUrl } = settings;
  const device = settings.deviceName || hostname();
  const text = `lockstep on ${device}: a test message of lockstep doctor`;
  const look = (url: string | undefined) => (url === undefined ? undefined : { url });
  yield {
    name: 'sentry',
    test: look(sentryDsn && new URL('/', sentryDsn).origin),
    variables: 'SENTRY_DSN',
    isLook: true,
  };
  yield {
    name: 'cronitor',
    test: look(cronitorApiKey && new URL(cronitorUrl).origin),
    variables: 'LOCKSTEP_CRONITOR_URL',
    isLook: true,
  };
  yield {
    name: 'telegram',
    test: telegramBotToken === undefined ? undefined : telegramTest(settings, text),
    variables: 'TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID',
  };
  yield {
    name: 'webhook',
    test:
      webhookUrl === undefined
        ? undefined
        : { url: webhookUrl, post: webhookBody(settings, { device, text }) },
    variables: 'LOCKSTEP_WEBHOOK_URL and LOCKSTEP_WEBHOOK_FORMAT',
  };
  yield {
    name: 'healthchecks',
    // Noted there, as neither an alarm nor a ping.
    test: pingUrl ? { url: logUrl(pingUrl), post: text } : undefined,
    variables: 'HC_PING_URL',
  };
}

function telegramTest({ telegramUrl, telegramBotToken, telegramChat }: Settings, text: string) {
  const url = `${telegramUrl.replace(/\/+$/, '')}/bot${telegramBotToken}/sendMessage`;
  return { url, post: { chat_id: telegramChat, text } };
}

function webhookBody(
  { webhookFormat, webhookKey }: Settings,
  { device, text }: { readonly device: string; readonly text: string },
): unknown {
  switch (webhookFormat) {
    case 'json':
      return { app: 'lockstepd', host: device, text, notices: [], omitted: 0 };
    case 'slack':
      return { text };
    case 'pagerduty':
      return {
        routing_key: webhookKey,
        event_action: 'trigger',
        dedup_key: `lockstep/${device}/test`,
        payload: { summary: text, source: device, component: 'lockstepd', severity: 'info' },
      };
  }
}

/** Behind the path, before a query. */
function logUrl(pingUrl: string): string {
  const [path = '', ...query] = pingUrl.split('?');
  return [`${path.replace(/\/$/, '')}/log`, ...query].join('?');
}
