/** Notices by a Telegram bot (`sendMessage`), as plain text. */
import { type Route, textOf } from './notice.ts';
import { post } from './post.ts';

const TEXT_CHARS_MAX = 4096;

export interface TelegramOptions {
  readonly url: string;
  readonly botToken: string;
  readonly chat: string;
}

export function telegram({ url, botToken, chat }: TelegramOptions): Route {
  return {
    name: 'telegram',
    deliver: (message, timeoutMs) =>
      post({
        url: `${url.replace(/\/+$/, '')}/bot${botToken}/sendMessage`,
        json: { chat_id: chat, text: textOf(message).slice(0, TEXT_CHARS_MAX) },
        timeoutMs,
        waitInBody,
      }),
  };
}

/** `{"ok":false,"error_code":429,"parameters":{"retry_after":7}}` */
function waitInBody(body: unknown): number | undefined {
  const seconds = (body as { parameters?: { retry_after?: unknown } } | undefined)?.parameters
    ?.retry_after;
  return typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : undefined;
}
