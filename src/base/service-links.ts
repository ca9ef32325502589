/**
 * Variables that Kubernetes (service links) and `docker --link` set in every container beside a
 * service: a service `lockstep-ops` becomes `LOCKSTEP_OPS_PORT=tcp://10.96.7.13:5580` and more.
 * Nobody set them for this program, so they are neither settings nor mistakes.
 *
 * Source: kubernetes.io, "Accessing the Service", environment variables.
 */
type Environment = Readonly<Record<string, string | undefined>>;

const URL_FORM = /^(tcp|udp|sctp):\/\/\S+:(\d{1,5})$/;
const ADDRESS = /^[0-9A-Fa-f.:]+$/;
const PORT = /^\d{1,5}$/;
/** The ends of the names, and the form of the values. */
const FORMS: readonly (readonly [RegExp, RegExp])[] = [
  [/_SERVICE_HOST$/, ADDRESS],
  [/_SERVICE_PORT(_[A-Z0-9_]+)?$/, PORT],
  [/_PORT_\d{1,5}_(TCP|UDP|SCTP)$/, URL_FORM],
  [/_PORT_\d{1,5}_(TCP|UDP|SCTP)_PROTO$/, /^(tcp|udp|sctp)$/],
  [/_PORT_\d{1,5}_(TCP|UDP|SCTP)_PORT$/, PORT],
  [/_PORT_\d{1,5}_(TCP|UDP|SCTP)_ADDR$/, ADDRESS],
];

export function isServiceLink(env: Environment, name: string): boolean {
  const value = env[name];
  if (value === undefined) return false;
  if (FORMS.some(([ending, form]) => ending.test(name) && form.test(value))) return true;
  if (!name.endsWith('_PORT')) return false;
  // A setting may have that name. A link never comes alone: its URL is also in a variable with its
  // port.
  const [, protocol, port] = URL_FORM.exec(value) ?? [];
  return protocol !== undefined && env[`${name}_${port}_${protocol.toUpperCase()}`] === value;
}
