import type { TestProject } from 'vitest/node';
import { realNode } from '../../src/local/node/install.ts';
import { startForRun } from '../setup/run.ts';
import { makeTemplates } from './templates.ts';

/** The system suite runs on a real node, whose Debian packages it installs. */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  return startForRun(project, realNode, makeTemplates);
}
