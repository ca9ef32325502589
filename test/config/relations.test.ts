import { describe, expect, test } from 'vitest';
import { RELATIONS } from '../../src/config/relations.ts';
import { problemOf, problemsOf, settingsOf } from './load-in.ts';

/** The least that breaks each rule, and values at its very edge that keep it. */
const EDGES: readonly {
  rule: string;
  broken: Record<string, string>;
  kept: Record<string, string>;
}[] = [
  {
    rule: 'requestTimeoutMs ≤ quiesceMs',
    broken: { LOCKSTEP_QUIESCE_MS: '4999' },
    kept: { LOCKSTEP_QUIESCE_MS: '5000' },
  },
  {
    rule: 'connectTimeoutMs ≤ requestTimeoutMs',
    broken: { LOCKSTEP_CONNECT_TIMEOUT_MS: '5001' },
    kept: { LOCKSTEP_CONNECT_TIMEOUT_MS: '5000' },
  },
  {
    rule: 'executors ≤ connectionsPerNode',
    broken: { LOCKSTEP_EXECUTORS: '8', LOCKSTEP_CONNECTIONS_PER_NODE: '7' },
    kept: { LOCKSTEP_EXECUTORS: '8', LOCKSTEP_CONNECTIONS_PER_NODE: '8' },
  },
  {
    rule: 'requestTimeoutMs < drainMs',
    broken: { LOCKSTEP_DRAIN_MS: '5000' },
    kept: { LOCKSTEP_DRAIN_MS: '5001' },
  },
  {
    rule: 'drainMs + interruptMs < escalateMs',
    broken: { LOCKSTEP_ESCALATE_MS: '15000' },
    kept: { LOCKSTEP_ESCALATE_MS: '15001' },
  },
  {
    rule: 'escalateMs < hardExitMs',
    broken: { LOCKSTEP_HARD_EXIT_MS: '30000' },
    kept: { LOCKSTEP_HARD_EXIT_MS: '30001' },
  },
  {
    rule: 'hardExitMs < killTimeoutMs',
    broken: { LOCKSTEP_KILL_TIMEOUT_MS: '36000' },
    kept: { LOCKSTEP_KILL_TIMEOUT_MS: '36001' },
  },
  {
    rule: 'recordBytesMax ≤ heldBytesMax',
    broken: { LOCKSTEP_HELD_BYTES_MAX: '65535' },
    kept: { LOCKSTEP_HELD_BYTES_MAX: '65536' },
  },
  {
    rule: 'backoffBaseMs ≤ backoffCapMs',
    broken: { LOCKSTEP_BACKOFF_CAP_MS: '9' },
    kept: { LOCKSTEP_BACKOFF_CAP_MS: '10' },
  },
  {
    rule: 'breakerSlowMs ≤ requestTimeoutMs',
    broken: { LOCKSTEP_BREAKER_SLOW_MS: '5001' },
    kept: { LOCKSTEP_BREAKER_SLOW_MS: '5000' },
  },
  {
    rule: 'breakerCoolOffMs ≤ breakerCoolOffCapMs',
    broken: { LOCKSTEP_BREAKER_COOL_OFF_CAP_MS: '999' },
    kept: { LOCKSTEP_BREAKER_COOL_OFF_CAP_MS: '1000' },
  },
  {
    rule: 'endpoint, eventsEndpoint and opsPort have three different ports or socket files',
    broken: { LOCKSTEP_EVENTS_ENDPOINT: 'tcp://127.0.0.1:5570' },
    kept: { LOCKSTEP_EVENTS_ENDPOINT: 'tcp://127.0.0.1:5572', LOCKSTEP_ENDPOINT: 'ipc:///run/a' },
  },
  {
    rule: 'opsTlsCert and opsTlsKey are given together or not at all',
    broken: { LOCKSTEP_OPS_TLS_CERT: 'cert.pem' },
    kept: { LOCKSTEP_OPS_TLS_CERT: 'cert.pem', LOCKSTEP_OPS_TLS_KEY: 'key.pem' },
  },
  {
    rule: 'cronitorApiKey and cronitorMonitor are given together or not at all',
    broken: { CRONITOR_API_KEY: 'k' },
    kept: { CRONITOR_API_KEY: 'k', LOCKSTEP_CRONITOR_MONITOR: 'm' },
  },
  {
    rule: 'telegramBotToken and telegramChat are given together or not at all',
    broken: { LOCKSTEP_TELEGRAM_CHAT: '7' },
    kept: { LOCKSTEP_TELEGRAM_CHAT: '7', TELEGRAM_BOT_TOKEN: '1:a' },
  },
  {
    rule: 'webhookFormat pagerduty and a webhookKey are given together or not at all',
    broken: { LOCKSTEP_WEBHOOK_KEY: 'k' },
    kept: {
      LOCKSTEP_WEBHOOK_FORMAT: 'pagerduty',
      LOCKSTEP_WEBHOOK_KEY: 'k',
      LOCKSTEP_WEBHOOK_URL: 'http://h/',
    },
  },
  {
    rule: 'another webhookFormat than json has a webhookUrl',
    broken: { LOCKSTEP_WEBHOOK_FORMAT: 'slack' },
    kept: { LOCKSTEP_WEBHOOK_FORMAT: 'slack', LOCKSTEP_WEBHOOK_URL: 'http://h/' },
  },
  {
    rule: 'statsdTags are given with statsdFormat datadog or telegraf',
    broken: { LOCKSTEP_STATSD_TAGS: 'env:prod' },
    kept: { LOCKSTEP_STATSD_TAGS: 'env:prod', LOCKSTEP_STATSD_FORMAT: 'telegraf' },
  },
  {
    rule: 'no two nodes have the same URL or socket, unless the dialect names the node in a header',
    broken: { LOCKSTEP_DIALECT: 'challenge', LOCKSTEP_NODES: 'a=http://h/v1,b=http://H:80/v1/' },
    kept: { LOCKSTEP_DIALECT: 'challenge', LOCKSTEP_NODES: 'a=http://h/v1,b=http://h/v2' },
  },
];

describe('rules between settings', () => {
  test('every rule has an edge that is tried here', () => {
    expect(EDGES.map(({ rule }) => rule)).toEqual(RELATIONS.map(({ rule }) => rule));
  });

  test.each(EDGES)('$rule', ({ rule, broken, kept }) => {
    expect(problemsOf({ env: kept })).toEqual([]);
    const problem = problemOf({ env: broken });
    expect(problem.source.split(', ').sort()).toEqual(Object.keys(broken).sort());
    expect(problem.message).toContain(rule);
    expect(problem.hint).toBe(RELATIONS.find((relation) => relation.rule === rule)?.reason);
  });

  test('a broken rule shows every value in it and where it comes from', () => {
    const problem = problemOf({
      argv: ['--drain-ms', '4000'],
      env: { LOCKSTEP_QUIESCE_MS: '6000' },
    });
    expect(problem).toMatchObject({
      source: '--drain-ms',
      message:
        'breaks a rule: requestTimeoutMs < drainMs; requestTimeoutMs is 5000 (default), ' +
        'drainMs is 4000 (--drain-ms)',
    });
  });

  test('nodes that are distinguished by the `node` header may share a URL', () => {
    const nodes = 'a=http://h:7400/v1,b=http://h:7400/v1';
    expect(settingsOf({ env: { LOCKSTEP_NODES: nodes } }).nodes).toHaveLength(2);
  });

  test('no rule speaks of a value that could not be read', () => {
    const problem = problemOf({
      env: { LOCKSTEP_QUIESCE_MS: '1s', LOCKSTEP_REQUEST_TIMEOUT_MS: '6000' },
    });
    expect(problem.source).toBe('LOCKSTEP_QUIESCE_MS');
  });
});
