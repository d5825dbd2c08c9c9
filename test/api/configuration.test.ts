import { expect, it } from 'vitest';
import { readConfiguration } from '../../src/api/configuration.ts';
import { GENEROUS } from '../../src/api/limits/limits.ts';

const VARIABLES = {
  BERTH_TEMPORAL_ADDRESS: '127.0.0.1:7233',
  BERTH_TOKENS_FILE: '/nowhere',
  BERTH_TEMPLATES_DIR: 'templates',
};

it.each([
  [undefined, 10_000],
  ['1m', 60_000],
  ['0', 0],
])('an API server with BERTH_DRAIN=%s serves on for %i ms once it is told to end', (text, drainMs) => {
  const variables = { ...VARIABLES, ...(text !== undefined && { BERTH_DRAIN: text }) };

  expect(readConfiguration(variables).drainMs).toBe(drainMs);
});

it('an API server is refused BERTH_DRAIN=10, with the variable and what it should be', () => {
  const reading = () => readConfiguration({ ...VARIABLES, BERTH_DRAIN: '10' });

  expect(reading).toThrow('The variable BERTH_DRAIN is missing or wrong: must be a duration such as 10s, or 0.');
});

it('an API server has generous limits unless others are set', () => {
  const set = { BERTH_TOKEN_LIMIT: '10/1s', BERTH_DEVELOPER_LIMIT: '600/1m', BERTH_DEVELOPER_CALLS: '5' };

  expect(readConfiguration(VARIABLES).limits).toEqual(GENEROUS);
  expect(readConfiguration({ ...VARIABLES, ...set }).limits).toEqual({
    token: { requests: 10, windowMs: 1000 },
    developer: { requests: 600, windowMs: 60_000 },
    developerCalls: 5,
  });
});

it.each(['600', '0/1m', '600/m', '600/0s', '-1/1m', ''])('an API server is refused BERTH_TOKEN_LIMIT=%s', (text) => {
  const reading = () => readConfiguration({ ...VARIABLES, BERTH_TOKEN_LIMIT: text });

  expect(reading).toThrow('BERTH_TOKEN_LIMIT is missing or wrong: must be how often in how long, such as 600/1m.');
});
