/** Sends notices by all routes; the same matter at most once an hour, also across restarts. */
import type { Log } from '../log/log-port.ts';
import { SeenCauses } from '../seen-causes.ts';
import type { Notice, Route } from './notice.ts';
import { Notifier } from './notifier.ts';
import { telegram } from './telegram.ts';
import { webhook } from './webhook.ts';

const SAME_MATTER_MS = 60 * 60 * 1000;

export interface NoticeSettings {
  readonly deviceName: string;
  readonly noticeIntervalMs: number;
  readonly telegramBotToken?: string;
  readonly telegramChat?: string;
  readonly telegramUrl: string;
  readonly webhookUrl?: string;
  readonly webhookFormat: 'json' | 'slack' | 'pagerduty';
  readonly webhookKey?: string;
}

export interface Notices {
  /** Returns at once. */
  notify(notice: Notice): void;
  close(timeoutMs: number): Promise<void>;
}

export function openNotices(
  settings: NoticeSettings,
  { log, seenFile }: { log: Log; seenFile: string },
): Notices {
  const { deviceName, noticeIntervalMs: intervalMs } = settings;
  const seen = new SeenCauses({
    file: seenFile,
    windowMs: SAME_MATTER_MS,
    onTrouble: (error) => log.warn('the list of sent notices could not be saved', { error }),
  });
  // A matter counts as sent when one route has delivered it.
  const onDelivered = (sent: readonly Notice[]) => seen.arrived(sent.map(({ key }) => key));
  const notifiers = routesOf(settings).map(
    (route) => new Notifier({ route, deviceName, intervalMs, log, onDelivered }),
  );
  return {
    notify: (notice) => {
      if (notifiers.length === 0 || !seen.isNew(notice.key)) return;
      for (const notifier of notifiers) notifier.notify(notice);
    },
    close: async (timeoutMs) => {
      await Promise.all(notifiers.map((notifier) => notifier.close(timeoutMs)));
    },
  };
}

function routesOf(settings: NoticeSettings): readonly Route[] {
  const { telegramBotToken: botToken, telegramChat: chat, telegramUrl } = settings;
  const { webhookUrl: url, webhookFormat: format, webhookKey: key } = settings;
  const routes: Route[] = [];
  if (botToken !== undefined && chat !== undefined) {
    routes.push(telegram({ url: telegramUrl, botToken, chat }));
  }
  if (url !== undefined) routes.push(webhook({ url, format, ...(key && { key }) }));
  return routes;
}
