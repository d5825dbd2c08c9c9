import type { TestProject } from 'vitest/node';
import { simulatedNode } from '../../src/local/node/install.ts';
import { startForRun } from './run.ts';

/** The core suite runs on a simulated node: it needs no root and installs nothing into the system. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  return startForRun(project, simulatedNode);
}
