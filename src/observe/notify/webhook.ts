/** Notices as JSON to a URL: in lockstep's own format, Slack's, or that of PagerDuty Events v2. */
import { type Message, type Notice, type Route, textOf } from './notice.ts';
import { NOTICE_KINDS, SEVERITIES } from './notice-kinds.ts';
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
      return { text: slackText(text) };
    case 'pagerduty':
      return {
        routing_key: key,
        event_action: 'trigger',
        // One incident for each matter, even if it is sent again.
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

/** A text of clients or nodes makes no link and calls nobody (`<!channel>`): docs.slack.dev, formatting message text. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The severity of the worst notice. */
function severityOf(notices: readonly Notice[]): string {
  const severities = new Set(notices.map(({ kind }) => NOTICE_KINDS[kind].severity));
  return SEVERITIES.findLast((severity) => severities.has(severity)) ?? 'info';
}
