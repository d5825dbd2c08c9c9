import { expect, it } from 'vitest';
import { readConfiguration } from '../../src/api/configuration.ts';

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
