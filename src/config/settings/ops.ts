/** The settings of the operators' port. */
import { z } from 'zod';
import { host } from './addresses.ts';
import { settingDocs } from './setting-docs.ts';

const NAME = /^[\w-]{1,63}(?:\.[\w-]{1,63})*$/;

/** Names of a `Host` header: in lower case, without ports. */
const names = z.string().transform((text, context): readonly string[] => {
  const read = text.split(',').map((name) => name.toLowerCase());
  for (const name of read) {
    if (NAME.test(name)) continue;
    context.addIssue({ code: 'custom', message: 'is not of the form name,name,… without ports' });
    return z.NEVER;
  }
  return read;
});

const path = () => z.string().min(1).optional();

export const opsShape = {
  opsPort: z.int().min(1).max(65_535).default(5580).register(settingDocs, {
    text: 'The port for operators: health, readiness, metrics, status.',
  }),
  opsHost: host.default('127.0.0.1').register(settingDocs, {
    text: 'The address that port listens on; an address that other machines can reach needs a list of clients.',
    allowed: 'an IP address or a host name',
  }),
  opsNames: names.optional().register(settingDocs, {
    text: 'Names by which that port may be called, besides IP addresses and `localhost`. Requests for other hosts are refused: a web page could make them.',
    allowed: 'host names without ports: name,name,…',
    fallback: 'none',
  }),
  opsTlsCert: path().register(settingDocs, {
    text: 'The certificate of that port, with its chain: then it speaks HTTPS only, TLS 1.2 or later. It is read again when it changes.',
    allowed: 'the path of a PEM file',
    fallback: 'none; plain HTTP',
  }),
  opsTlsKey: path().register(settingDocs, {
    text: 'The private key of that certificate.',
    allowed: 'the path of a PEM file without a passphrase',
    fallback: 'none; needed with opsTlsCert',
  }),
};
