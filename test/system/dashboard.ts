import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../src/local/repository.ts';

const DASHBOARD = join(REPOSITORY, 'deploy', 'grafana', 'berth.json');
/** Grafana makes it four scrapes at the least, and longer the more is shown: so that it holds all that happens in a test. */
const RATE_INTERVAL = '15m';

/** A panel of the dashboard that this repository ships, and what it asks. */
export interface Panel {
  title: string;
  queries: string[];
}

/** All panels, with what Grafana puts in place of its variables. */
export function panels(): Panel[] {
  const dashboard: {
    panels: { type: string; title: string; targets?: { expr: string; datasource: { uid: string } }[] }[];
  } = JSON.parse(readFileSync(DASHBOARD, 'utf8'));
  return dashboard.panels
    .filter(({ type }) => type !== 'row')
    .map(({ title, targets = [] }) => ({
      title,
      queries: targets.map(({ expr }) => expr.replaceAll('$__rate_interval', RATE_INTERVAL)),
    }));
}
