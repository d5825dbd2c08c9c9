import type { V1Pod, V1Service, V1Status } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/remote/outcome.ts';
import { choose } from '../../src/cli/remote/pods.ts';
import { portBehind } from '../../src/cli/remote/services.ts';

describe('the pod of a shell', () => {
  const pods = [
    pod('web-2', 'web', { ready: false }),
    pod('store-1', 'store', { phase: 'Pending' }),
    pod('web-1', 'web', { deleted: true }),
    pod('web-3', 'web'),
  ];

  it.each([
    ['', 'web-3'],
    ['web', 'web-3'],
    ['web-2', 'web-2'],
  ])('for %j is %s: one that runs, and is ready if any is', (wanted, name) => {
    expect(choose(pods, wanted)).toEqual({ pod: name, container: 'main' });
  });

  it.each([
    ['store', 'No such pod runs: store-1 is Pending. Try again when it does.'],
    ['cache', "There is no pod 'cache'. There are: store-1, web-1, web-2, web-3."],
  ])('is not there for %j', (wanted, message) => {
    expect(() => choose(pods, wanted)).toThrow(message);
    expect(() => choose([], wanted)).toThrow('The environment has no pods');
  });
});

describe('the exit code of a shell', () => {
  it.each([
    [{ status: 'Success' }, 0],
    [exit('3'), 3],
    [exit('137'), 137],
  ])('of %o is %i', (status, code) => {
    expect(exitCodeOf(status as V1Status)).toBe(code);
  });

  it('is none where the command did not run to its end', () => {
    const noSuchCommand = { status: 'Failure', reason: 'InternalError', message: 'no such file' } as V1Status;

    expect(() => exitCodeOf(noSuchCommand)).toThrow('The command could not be run: no such file.');
    expect(() => exitCodeOf(undefined)).toThrow('The connection to the pod broke off');
    expect(() => exitCodeOf(exit('many') as V1Status)).toThrow('The command could not be run');
  });
});

describe('the port behind a service', () => {
  const service: V1Service = {
    metadata: { name: 'web' },
    spec: { ports: [{ port: 80, targetPort: 8080 }, { port: 443, targetPort: 'tls' }, { port: 9090 }] },
  };
  const behind = pod('web-1', 'web');

  it.each([
    [80, 8080],
    [443, 8443],
    [9090, 9090],
  ])('for %i is %i', (port, target) => {
    expect(portBehind(service, behind, port)).toBe(target);
  });

  it('is not there where the service has no such port, or the pod has not', () => {
    expect(() => portBehind(service, behind, 81)).toThrow("The service 'web' has no port 81. It has: 80, 443, 9090.");
    expect(() => portBehind(service, undefined, 443)).toThrow("The pod has no port 'tls'");
  });
});

function pod(name: string, label: string, { phase = 'Running', ready = true, deleted = false } = {}): V1Pod {
  return {
    metadata: { name, labels: { 'berth.dev/pod': label }, ...(deleted && { deletionTimestamp: new Date() }) },
    spec: { containers: [{ name: 'main', ports: [{ name: 'tls', containerPort: 8443 }] }] },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

/** As the cluster says it. */
function exit(message: string): object {
  return { status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message }] } };
}
