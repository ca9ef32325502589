/**
 * Rules between settings, one line each with its reason. Only here: a rule kept by hand in two
 * places is kept in neither. They hold for the settings of all nodes, and with the limits that a
 * node has of its own.
 */
import { normalize } from 'node:path';
import { addressOf } from '../node/access/access.ts';
import { namesNode } from '../node/dialect/dialect.ts';
import type { SettingKey, Settings } from './schema.ts';
import { endpointParts, socketFile } from './settings/addresses.ts';

export interface Relation {
  readonly keys: readonly SettingKey[];
  /** The rule, for people: `requestTimeoutMs < drainMs`. */
  readonly rule: string;
  readonly reason: string;
  readonly holds: (settings: Settings) => boolean;
}

type NumberKey = {
  [Key in keyof Settings]-?: Settings[Key] extends number ? Key : never;
}[keyof Settings];

const OPERATORS = {
  '<': (left: number, right: number) => left < right,
  '≤': (left: number, right: number) => left <= right,
} as const;

export const RELATIONS: readonly Relation[] = [
  numbers(
    [['requestTimeoutMs'], '≤', 'quiesceMs'],
    'A request can take effect as long as it lasts; the wait must be longer. This is only the lower bound: see quiesceMs.',
  ),
  numbers([['connectTimeoutMs'], '≤', 'requestTimeoutMs'], 'Connecting is part of a request.'),
  numbers(
    [['executors'], '≤', 'connectionsPerNode'],
    'Each executor needs a connection of its own to each node: set fewer executors, or allow more connections.',
  ),
  numbers(
    [['requestTimeoutMs'], '<', 'drainMs'],
    'At a stop, a running request must be able to end.',
  ),
  numbers(
    [['drainMs', 'interruptMs'], '<', 'escalateMs'],
    'Only a stop that takes too long is escalated.',
  ),
  numbers(
    [['escalateMs'], '<', 'hardExitMs'],
    'The shutdown report must run before the forced exit.',
  ),
  numbers(
    [['hardExitMs'], '<', 'killTimeoutMs'],
    'The stop must be over before the supervisor kills the process.',
  ),
  numbers([['recordBytesMax'], '≤', 'heldBytesMax'], 'One record of the largest size must fit.'),
  numbers([['backoffBaseMs'], '≤', 'backoffCapMs'], 'The first wait is the shortest.'),
  numbers([['breakerSlowMs'], '≤', 'requestTimeoutMs'], 'No call takes longer than its timeout.'),
  numbers([['breakerCoolOffMs'], '≤', 'breakerCoolOffCapMs'], 'The first wait is the shortest.'),
  {
    keys: ['endpoint', 'eventsEndpoint', 'opsPort'],
    rule: 'endpoint, eventsEndpoint and opsPort have three different ports or socket files',
    reason: 'Each needs a port or a socket file of its own.',
    holds: ({ endpoint, eventsEndpoint, opsPort }) =>
      new Set([placeOf(endpoint), placeOf(eventsEndpoint), opsPort]).size === 3,
  },
  {
    keys: ['opsTlsCert', 'opsTlsKey'],
    rule: 'opsTlsCert and opsTlsKey are given together or not at all',
    reason: 'HTTPS needs a certificate and its private key.',
    holds: ({ opsTlsCert, opsTlsKey }) => !opsTlsCert === !opsTlsKey,
  },
  {
    keys: ['cronitorApiKey', 'cronitorMonitor'],
    rule: 'cronitorApiKey and cronitorMonitor are given together or not at all',
    reason: 'A heartbeat needs both.',
    holds: ({ cronitorApiKey, cronitorMonitor }) => !cronitorApiKey === !cronitorMonitor,
  },
  {
    keys: ['telegramBotToken', 'telegramChat'],
    rule: 'telegramBotToken and telegramChat are given together or not at all',
    reason: 'A message needs a sender and a chat.',
    holds: ({ telegramBotToken, telegramChat }) => !telegramBotToken === !telegramChat,
  },
  {
    keys: ['webhookFormat', 'webhookKey'],
    rule: 'webhookFormat pagerduty and a webhookKey are given together or not at all',
    reason: 'PagerDuty needs a routing key, and no other format uses one.',
    holds: ({ webhookFormat, webhookKey }) => (webhookFormat === 'pagerduty') === !!webhookKey,
  },
  {
    keys: ['webhookUrl', 'webhookFormat'],
    rule: 'another webhookFormat than json has a webhookUrl',
    reason: 'Without a URL no notice is posted.',
    holds: ({ webhookUrl, webhookFormat }) => webhookUrl !== undefined || webhookFormat === 'json',
  },
  {
    keys: ['statsdTags', 'statsdFormat'],
    rule: 'statsdTags are given with statsdFormat datadog or telegraf',
    reason: 'Lines of plain statsd have no tags; put words into statsdPrefix instead.',
    holds: ({ statsdTags, statsdFormat }) => statsdTags === undefined || statsdFormat !== 'statsd',
  },
  {
    keys: ['nodes', 'dialect'],
    rule: 'no two nodes have the same URL or socket, unless the dialect names the node in a header',
    reason:
      'Two nodes with the same URL or socket need a header that names the node; without it they are one node.',
    holds: ({ nodes, dialect }) =>
      namesNode(dialect) || new Set(nodes.map(addressOf)).size === nodes.length,
  },
];

function numbers(
  [left, operator, right]: readonly [readonly NumberKey[], keyof typeof OPERATORS, NumberKey],
  reason: string,
): Relation {
  return {
    keys: [...left, right],
    rule: `${left.join(' + ')} ${operator} ${right}`,
    reason,
    holds: (settings) => {
      const sum = left.reduce((total, key) => total + settings[key], 0);
      return OPERATORS[operator](sum, settings[right]);
    },
  };
}

function placeOf(endpoint: string): number | string | undefined {
  const path = socketFile(endpoint);
  return path === undefined ? endpointParts(endpoint)?.port : normalize(path);
}
