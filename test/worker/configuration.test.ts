import { expect, it } from 'vitest';
import { readConfiguration } from '../../src/worker/configuration.ts';

const VARIABLES = {
  BERTH_TEMPORAL_ADDRESS: '127.0.0.1:7233',
  BERTH_OWNERSHIP_KEY_FILE: '/nowhere',
  BERTH_TEMPLATES_DIR: 'templates',
};

it.each([
  ['BERTH_POOLS', 'node', 'needs a template and a number as in node=5, not "node"'],
  ['BERTH_TEMPLATES_DIR', '', 'Too small'],
])('a worker is refused %s=%s, with the variable and what is wrong', async (name, value, fault) => {
  const reading = readConfiguration({ ...VARIABLES, [name]: value });

  await expect(reading).rejects.toThrow(`The variable ${name} is missing or wrong: ${fault}`);
});
