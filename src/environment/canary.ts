import type { Specification } from './request.ts';

/**
 * The environment that the canary builds, proves and removes: guards with nothing behind them but the pods of the proof.
 * A developer of this name has a namespace of another name, since each is derived from the run as well.
 */
export const CANARY: Specification = {
  dev_id: 'berth.canary',
  project: 'isolation',
  template: { name: 'canary', digest: 'built-in' },
  parameters: {},
  ttl: '10m',
  recipe: {
    lifetime: { ttl: '10m', max_ttl: '10m', retain: '10m' },
    deadline: '5m',
    guards: {
      quota: {
        cpu: '1',
        memory: '512Mi',
        ephemeral_storage: '512Mi',
        storage: '0',
        volumes: 0,
        pods: 4,
        services: 0,
      },
      container: {
        default: { cpu: '100m', memory: '64Mi', ephemeral_storage: '16Mi' },
        max: { cpu: '500m', memory: '256Mi', ephemeral_storage: '256Mi' },
      },
      egress: { dns: true, within: true, destinations: {} },
      proof: 'required',
    },
    workload: { config: {}, volumes: {}, pods: {}, services: {} },
  },
};
