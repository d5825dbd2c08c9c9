import { specification } from '../../../setup/lives.ts';
import { Life } from '../life.ts';
import { breakDown } from '../outage.ts';
import { type Play, play } from '../play.ts';
import { withoutPods, withPod } from '../specifications.ts';

/** Environments that become ready. */
export const READY: readonly Play[] = [
  play(['environment/bare-then-terminated', 'teardown/takes-over'], async (stage) => {
    const life = await Life.beginAndAwait(stage, await specification('bare'));
    const teardown = await life.end();
    return { 'environment/bare-then-terminated': life.firstRun, 'teardown/takes-over': teardown };
  }),

  play(['environment/remembered'], async (stage) => {
    const life = await Life.begin(stage, await specification('remembered'));
    await life.ready();
    await life.extend('2h');
    await life.sleep();
    await life.ready();
    await life.end();
    return { 'environment/remembered': life.firstRun };
  }),

  play(['environment/workload-and-volume-then-terminated', 'teardown/waits-for-volumes'], async (stage) => {
    const life = await Life.begin(stage, await specification('volume', 'default'));
    await life.ready();
    const teardown = await life.end();
    return {
      'environment/workload-and-volume-then-terminated': life.firstRun,
      'teardown/waits-for-volumes': teardown,
    };
  }),

  play(['environment/workload-without-pods'], async (stage) => {
    const life = await Life.begin(stage, await withoutPods('no-pods'));
    await life.ready();
    await life.end();
    return { 'environment/workload-without-pods': life.firstRun };
  }),

  play(['environment/lets-its-developer-in'], async (stage) => {
    const repair = await breakDown(stage, { namespace: 'dev-guest', operation: 'CREATE', resource: '/resourcequotas' });
    const life = await Life.begin(stage, await specification('guest'));
    await life.comesBy('isolate failed');
    const wasRefused = await life.access().then(
      () => false,
      () => true,
    );
    if (!wasRefused) throw new Error('It was let in before it was ready.');
    await repair();
    await life.ready();
    await life.access();
    await life.end();
    return { 'environment/lets-its-developer-in': life.firstRun };
  }),

  play(['environment/joined-while-pods-are-late'], async (stage) => {
    const repair = await breakDown(stage, { namespace: 'dev-joined', operation: 'CREATE', resource: '/pods/binding' });
    const life = await Life.begin(stage, await withPod('joined'));
    const first = life.ready();
    await life.comesBy('runWorkload completed');
    const second = life.ready();
    await repair();
    await Promise.all([first, second]);
    await life.end();
    return { 'environment/joined-while-pods-are-late': life.firstRun };
  }),

  play(['environment/tried-again-later'], async (stage) => {
    const repair = await breakDown(stage, { namespace: 'dev-again', operation: 'CREATE', resource: '/resourcequotas' });
    const life = await Life.begin(stage, await specification('again'));
    await life.comesBy('isolate failed');
    await repair();
    await life.ready();
    await life.end();
    return { 'environment/tried-again-later': life.firstRun };
  }),
];
