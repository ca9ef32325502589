/** Addresses and paths among the settings. */
import { z } from 'zod';

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\]|\*)$/;
const ENDPOINT = /^tcp:\/\/(?<host>[^/]+):(?<port>[1-9][0-9]{0,4})$/;

/** A ZeroMQ address to bind: `tcp://HOST:PORT`, HOST an address, a name or `*`. */
export const endpoint = z.string().superRefine((text, context) => {
  const parts = endpointParts(text);
  if (parts === undefined || !HOST.test(parts.host)) {
    context.addIssue({ code: 'custom', message: 'is not an address of the form tcp://HOST:PORT' });
  } else if (parts.port > 65_535) {
    context.addIssue({ code: 'custom', message: `has port ${parts.port}, which is above 65535` });
  }
});

export function endpointParts(text: string): { host: string; port: number } | undefined {
  const groups = ENDPOINT.exec(text)?.groups;
  const [name, port] = [groups?.['host'], groups?.['port']];
  return name === undefined || port === undefined ? undefined : { host: name, port: Number(port) };
}

/** An address to listen on, as Node takes it: no brackets around IPv6. */
export const host = z
  .string()
  .regex(/^[0-9A-Za-z:][0-9A-Za-z.:_-]{0,252}$/, 'is neither an IP address nor a host name');

export const httpUrl = z
  .string()
  .refine((text) => /^https?:\/\/[^/\\?#\s]+/i.test(text) && URL.canParse(text), 'is not a URL');

/** The place of the journal, by driver. */
export const journal = z.string().transform((text, context) => {
  const path = /^sqlite:(?<path>.+)$/su.exec(text)?.groups?.['path'];
  if (path === undefined) {
    context.addIssue({ code: 'custom', message: 'is not of the form sqlite:PATH' });
    return z.NEVER;
  }
  return { kind: 'sqlite' as const, path };
});
