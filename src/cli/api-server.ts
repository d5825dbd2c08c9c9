import { readConfiguration } from '../api/configuration.ts';
import type { Command } from './command.ts';
import { serve } from './serve.ts';

const usage = `Usage: berth api

Runs an API server here. It keeps nothing, and has no access to the cluster; any number of them may run behind a balancer.
One that is told to end (SIGTERM, Ctrl-C) cuts nobody off. Its environment variables say where and how:

  BERTH_TEMPORAL_ADDRESS     host and port of Temporal, such as 127.0.0.1:7233 (needed)
  BERTH_TEMPORAL_NAMESPACE   the namespace in Temporal (default: default)
  BERTH_TOKENS_FILE          the file that \`berth token\` writes (needed)
  BERTH_TEMPLATES_DIR        the directory of the templates, as the workers have it (needed)
  BERTH_IMAGES_FILE          images of your own in place of those that templates name
  BERTH_LISTEN               host and port to listen on (default: 127.0.0.1:7070)
  BERTH_SHARE_PORT           true, where several on one machine listen on the same port (default: false)
  BERTH_MOST_CALLS           how many callers may wait here at once, and as many look (default: 1000)
  BERTH_TOKEN_LIMIT          how often whoever bears one token may ask (default: 60000/1m)
  BERTH_DEVELOPER_LIMIT      how often one developer may, with all tokens (default: 6000/1m)
  BERTH_DEVELOPER_CALLS      how many calls of one developer may wait at once (default: 200)
  BERTH_DRAIN                how long it serves on once it is told to end; or 0 (default: 10s)
  BERTH_METRICS_LISTEN       where metrics are served for Prometheus, such as 0.0.0.0:9465
  BERTH_LOG_LEVEL            trace, debug, info, warn, error or silent (default: info)
`;

const part = { name: 'api', configure: readConfiguration, run: () => import('../api/main.ts') };

export const api: Command = { usage, run: (args) => serve(part, args) };
