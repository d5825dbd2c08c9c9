import { describe, expect, it } from 'vitest';
import { environmentTable, environmentText, news } from '../../src/cli/environment-text.ts';
import { portsOf } from '../../src/cli/forward.ts';
import { parametersOf } from '../../src/cli/start.ts';
import type { Step } from '../../src/environment/environment.ts';
import { environment } from '../environment/samples.ts';

const isolation: Step = { name: 'isolation', state: 'running', started_at: '2026-01-01T00:00:00.000Z', attempts: 1 };

describe('what a command tells of an environment meanwhile', () => {
  it('is what is new: steps first, then the state', () => {
    const queued = environment();
    const begun = environment({ state: 'provisioning', steps: [isolation] });
    const again = environment({ state: 'provisioning', steps: [{ ...isolation, attempts: 4, message: 'it is down' }] });

    expect(news(undefined, queued)).toEqual(['engine: queued']);
    expect(news(queued, begun)).toEqual(['  isolation: running', 'engine: provisioning']);
    expect(news(begun, begun)).toEqual([]);
    expect(news(begun, again)).toEqual(['  isolation: running after 4 attempts (it is down)']);
  });
});

describe('an environment as text', () => {
  it('says what it may reach, destination by destination', () => {
    const registry = { name: 'registry', cidr: '203.0.113.0/24', ports: [443, 8443], protocol: 'TCP' as const };
    const world = { ...registry, name: 'world', cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] };

    const text = environmentText(
      environment({ may_reach: { dns: false, within: true, destinations: [registry, world] } }),
    );

    expect(text).toContain('  may reach  its own pods\n');
    expect(text).toContain('registry: 203.0.113.0/24, TCP 443, 8443\n');
    expect(text).toContain('world: 0.0.0.0/0 without 10.0.0.0/8, TCP 443, 8443\n');
  });

  it('says so where it may reach nothing', () => {
    const closed = environment({ may_reach: { dns: false, within: false, destinations: [] } });

    expect(environmentText(closed)).toContain('  may reach  nothing\n');
  });

  it('tells whose environments there are only where they are several developers’', () => {
    const [one, other] = [environment(), environment({ dev_id: 'bob' })];

    expect(environmentTable([one]).split('\n')[0]).toMatch(/^PROJECT /);
    expect(environmentTable([one, other]).split('\n')).toEqual([
      expect.stringMatching(/^DEV_ID +PROJECT /),
      expect.stringMatching(/^ada +engine +queued +default +- +-$/),
      expect.stringMatching(/^bob +engine /),
      '',
    ]);
  });
});

describe('what is typed', () => {
  it('for --set is a number, a truth value or a text, as it looks', () => {
    const typed = ['a=2', 'b=-1', 'c=true', 'd=2Gi', 'e="2"', 'f=', 'g=x=y', 'h=007', 'i=1.5'];

    expect(parametersOf(typed)).toEqual({
      a: 2,
      b: -1,
      c: true,
      d: '2Gi',
      e: '2',
      f: '',
      g: 'x=y',
      h: '007',
      i: '1.5',
    });
  });

  it('for a port is one, or two', () => {
    expect(portsOf('8080')).toEqual({ local: 8080, remote: 8080 });
    expect(portsOf('0:80')).toEqual({ local: 0, remote: 80 });
    for (const wrong of ['', '0', '80:', ':80', '1:2:3', '-1', '65536', '65536:80', 'http'])
      expect(() => portsOf(wrong)).toThrow('The port must be from 1 to 65535');
  });
});
