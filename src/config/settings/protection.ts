/** The settings that say who may command the daemon. */
import { z } from 'zod';
import { settingDocs } from './setting-docs.ts';

export const protectionShape = {
  clients: z.string().min(1).optional().register(settingDocs, {
    text: 'The list of clients: names, roles, hashes of tokens. With it every request needs a token; it is read again when it changes. `lockstep keys` writes it.',
    allowed: 'a path; a relative one starts at the working directory',
    fallback: '<dataDir>/clients.json',
  }),
  curveKeyFile: z.string().min(1).optional().register(settingDocs, {
    text: "The file of the daemon's own key for CURVE; `lockstep keys server` makes it. With it both sockets encrypt, and let in only clients of the list with their keys.",
    allowed: 'a path; a relative one starts at the working directory',
    fallback: 'none; no CURVE',
  }),
  unprotected: z.boolean().default(false).register(settingDocs, {
    text: '`true`: the daemon starts although other machines can reach its sockets and no CURVE key or no list of clients protects them, or its port for operators without a list.',
  }),
  auth: z.enum(['auto', 'required']).default('auto').register(settingDocs, {
    text: '`required`: every request needs a token, also without a list of clients. `auto`: only with a list.',
  }),
};
