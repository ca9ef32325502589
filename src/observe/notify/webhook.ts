/** Notices to a URL as JSON: in a shape of our own, Slack's, or that of PagerDuty Events v2. */
import { type Message, type Notice, type Route, textOf } from './notice.ts';
import { post } from './post.ts';

const SUMMARY_CHARS_MAX = 1024;

export interface WebhookOptions {
  readonly url: string;
  readonly format: 'json' | 'slack' | 'pagerduty';
  /** The routing key of PagerDuty. */
  readonly key?: string;
}

export function webhook({ url, format, key }: WebhookOptions): Route {
  return {
    name: 'webhook',
    deliver: (message, timeoutMs) => post({ url, json: body(message, format, key), timeoutMs }),
  };
}

function body(message: Message, format: WebhookOptions['format'], key: string | undefined) {
  const { deviceName, notices, omitted } = message;
  const text = textOf(message);
  switch (format) {
    case 'json':
      return { app: 'lockstepd', host: deviceName, text, notices, omitted };
    case 'slack':
      return { text };
    case 'pagerduty':
      return {
        routing_key: key,
        event_action: 'trigger',
        // One incident a matter, however often it is told.
        dedup_key: `lockstep/${deviceName}/${notices[0]?.key ?? ''}`,
        payload: {
          summary: text.slice(0, SUMMARY_CHARS_MAX),
          source: deviceName,
          component: 'lockstepd',
          severity: severityOf(notices),
          custom_details: { notices, omitted },
        },
      };
  }
}

const SEVERITIES: Readonly<Record<Notice['kind'], number>> = {
  breaker_closed: 0,
  disk_room: 0,
  nodes_changed: 1,
  missing_nodes: 1,
  unsupervised: 2,
  disk_full: 2,
  restart: 1,
  diverged: 1,
  breaker_open: 2,
  stuck: 2,
  parked: 2,
  thread_lost: 2,
};

/** Of the worst of them. */
function severityOf(notices: readonly Notice[]): string {
  const worst = Math.max(0, ...notices.map(({ kind }) => SEVERITIES[kind]));
  return ['info', 'warning', 'error'][worst] ?? 'error';
}
