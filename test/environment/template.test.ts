import { describe, expect, test } from 'vitest';
import { latePlaces, parseTemplate, TemplateError } from '../../src/environment/template.ts';
import { changed, FULL_TEMPLATE } from './recipes.ts';

/** What is wrong with a template, as its author is told. */
function complaint(text: string): string {
  try {
    parseTemplate('full.yaml', text);
  } catch (error) {
    expect(error).toBeInstanceOf(TemplateError);
    return (error as TemplateError).message;
  }
  return 'nothing is wrong';
}

describe('a template that cannot be read', () => {
  test.each([
    ['a key twice', `${FULL_TEMPLATE}name: other\n`, /^full\.yaml: Map keys must be unique at line \d+, column 1$/],
    ['a key twice further in', FULL_TEMPLATE.replace('cpu: 4,', 'cpu: 4, cpu: 5,'), /must be unique at line 7, column/],
    ['a tab', `${FULL_TEMPLATE}\tname: other\n`, /^full\.yaml: Tabs are not allowed as indentation at line \d+/],
    ['an open bracket', 'name: [full\n', /^full\.yaml: Flow sequence .* at line 2, column 1$/],
    ['two documents', `${FULL_TEMPLATE}---\n${FULL_TEMPLATE}`, /^full\.yaml: Source contains multiple documents/],
    ['an alias of nothing', 'name: *full\n', /^full\.yaml: Unresolved alias .*: full$/],
    ['aliases that multiply', bomb(), /^full\.yaml: Excessive alias count/],
    ['nothing', '', /^full\.yaml: Invalid input: expected object, received null$/],
    ['a text', 'full', /^full\.yaml: Invalid input: expected object, received string$/],
  ])('is refused with file, place and reason: %s', (_, text, reason) => expect(complaint(text)).toMatch(reason));
});

describe('a template with a field that is wrong', () => {
  test.each<[string, (string | number)[], unknown, string]>([
    ['unknown', ['colour'], 'red', 'Unrecognized key: "colour"'],
    ['unknown', ['guards', 'quota', 'gpus'], 1, 'guards.quota: Unrecognized key: "gpus"'],
    ['unknown', ['workload', 'pods', 'web', 'privileged'], true, 'workload.pods.web: Unrecognized key: "privileged"'],
    ['unknown', ['parameters', 'colour', 'minimum'], 1, 'parameters.colour: Unrecognized key: "minimum"'],
    ['missing', ['description'], undefined, 'description: Invalid input: expected string, received undefined'],
    ['missing', ['guards', 'quota', 'cpu'], undefined, 'guards.quota.cpu: Invalid input'],
    ['of a wrong type', ['deadline'], 5, 'deadline: Invalid input: expected string, received number'],
    ['of a wrong type', ['workload', 'pods', 'web', 'replicas'], 'two', 'workload.pods.web.replicas: Invalid input'],
    ['of a wrong type', ['guards', 'egress', 'dns'], 'yes', 'guards.egress.dns: Invalid input: expected boolean'],
    ['of a wrong type', ['workload', 'pods', 'web', 'env', 'COLOUR'], 1, 'workload.pods.web.env.COLOUR: Invalid'],
    ['no amount', ['workload', 'volumes', 'home', 'size'], '5GB', 'workload.volumes.home.size: must be an amount'],
    ['no duration', ['deadline'], '5 minutes', 'deadline: must be a duration such as 90s, 30m, 8h or 7d'],
    ['no name', ['name'], 'Full', 'name: must be 1 to 40 of a-z, 0-9 and -'],
    ['no port', ['workload', 'services', 'web', 'port'], 65_536, 'workload.services.web.port: Too big'],
    ['no count', ['guards', 'quota', 'pods'], -1, 'guards.quota.pods: Too small'],
    ['no absolute path', ['workload', 'pods', 'web', 'volumes', 'home'], 'home', 'must be an absolute path'],
    ['no file name', ['workload', 'config', 'settings', '../x'], 'y', 'workload.config.settings'],
    ['no probe', ['workload', 'pods', 'web', 'readiness'], {}, 'must have exactly one of http, tcp and exec'],
    [
      'two probes',
      ['workload', 'pods', 'web', 'readiness', 'tcp'],
      { port: 8080 },
      'workload.pods.web.readiness: must have exactly one of http, tcp and exec',
    ],
    ['no duration', ['lifetime', 'retain'], 'for ever', 'lifetime.retain: must be a duration such as 90s'],
    ['longer than its maximum', ['lifetime', 'ttl'], '31d', 'lifetime.ttl: must be at most max_ttl'],
  ])('is refused with its path: %s (%j)', (_, path, value, reason) => {
    const [first] = complaint(changed(path, value)).split('\n');
    expect(first).toMatch(/^full\.yaml: /);
    expect(first).toContain(reason);
  });

  test('is told all that is wrong, one a line', () => {
    const text = changed(['deadline'], 5).replace('description:', 'subtitle:');
    expect(complaint(text).split('\n')).toEqual([
      'full.yaml: deadline: Invalid input: expected string, received number',
      'full.yaml: description: Invalid input: expected string, received undefined',
      'full.yaml: Unrecognized key: "subtitle"',
    ]);
  });
});

test('a template that does not say how long what sleeps is kept keeps it for a week', () => {
  expect(parseTemplate('full.yaml', FULL_TEMPLATE).lifetime.retain).toBe('7d');
  expect(parseTemplate('full.yaml', changed(['lifetime', 'retain'], '90d')).lifetime.retain).toBe('90d');
});

describe('a template whose workload does not hang together', () => {
  test.each<[string, (string | number)[], unknown, string]>([
    [
      'a volume that is not there',
      ['workload', 'pods', 'web', 'volumes'],
      { hom: '/home' },
      "workload.pods.web.volumes.hom: names the volume 'hom', which the workload does not have",
    ],
    [
      'a configuration that is not there',
      ['workload', 'pods', 'store', 'config'],
      { setings: '/etc' },
      "workload.pods.store.config.setings: names the configuration 'setings', which the workload does not have",
    ],
    [
      'a pod that is not there',
      ['workload', 'services', 'web', 'pod'],
      'wbe',
      "workload.services.web.pod: names the pod 'wbe', which the workload does not have",
    ],
    [
      'a volume that only every object has',
      ['workload', 'pods', 'web', 'volumes'],
      { constructor: '/home' },
      "workload.pods.web.volumes.constructor: names the volume 'constructor', which the workload does not have",
    ],
  ])('is refused: it names %s', (_, path, value, reason) =>
    expect(complaint(changed(path, value))).toBe(`full.yaml: ${reason}`),
  );
});

describe('a template that allows a destination', () => {
  const path = ['guards', 'egress', 'destinations', 'registry', 'cidr'];
  const place = 'full.yaml: guards.egress.destinations.registry.cidr: ';

  test.each(['10.1.0.0/16', '169.254.169.254/32', '192.168.0.0/16', 'fd00::/8', 'fe80::/64'])(
    'is refused where no environment may reach: %s',
    (cidr) =>
      expect(complaint(changed(path, cidr))).toBe(
        `${place}lies in a private, shared or link-local range, which no environment reaches`,
      ),
  );

  test.each(['example.com', '203.0.113.7', '203.0.113.0/33', '203.0.113/24', '2001:db8::/129', '', 'fe80::%eth0/64'])(
    'is refused where it names no block of addresses: %j',
    (cidr) => expect(complaint(changed(path, cidr))).toContain(`${place}must be a block of addresses`),
  );

  test.each(['203.0.113.7/24', '2001:db8::1/32'])(
    'is refused where the apiserver would refuse its spelling: %s',
    (cidr) =>
      expect(complaint(changed(path, cidr))).toContain(`${place}must begin with the first address of its block`),
  );

  test.each([
    ['lies elsewhere', '203.0.114.1', 'must be an address of the block that environments may reach'],
    ['is of the other kind', '2001:db8::1', 'must be an address of the block that environments may reach'],
    ['is a name', 'registry.example', 'must be an address such as 203.0.113.10'],
    ['has a zone', 'fe80::1%eth0', 'must be an address such as 203.0.113.10'],
  ])('is refused where the address to probe it at %s', (_, probe, reason) => {
    const at = ['guards', 'egress', 'destinations', 'registry', 'probe'];
    expect(complaint(changed(at, probe))).toBe(`full.yaml: ${at.join('.')}: ${reason}`);
  });

  test.each([
    ['everywhere', '169.254.169.254'],
    ['everywhere', '10.0.0.1'],
    ['everywhere6', 'fd00::1'],
    ['everywhere6', '::ffff:203.0.113.10'],
  ])('is refused where no environment may reach the address to probe it at: %s, %s', (destination, probe) => {
    const at = ['guards', 'egress', 'destinations', destination, 'probe'];
    expect(complaint(changed(at, probe))).toBe(
      `full.yaml: ${at.join('.')}: must be an address of the block that environments may reach`,
    );
  });

  test('may name an address of it to probe it at', () => {
    const at = ['guards', 'egress', 'destinations'];
    const probed = changed([...at, 'registry', 'probe'], '203.0.113.10');
    expect(parseTemplate('full.yaml', probed).guards.egress.destinations.registry?.probe).toBe('203.0.113.10');
  });

  test('is refused where it names IPv4 addresses as IPv6', () => {
    expect(complaint(changed(path, '::ffff:10.0.0.0/104'))).toBe(`${place}must be written as IPv4`);
  });
});

describe('a template’s parameter', () => {
  test.each<[string, (string | number)[], unknown, string]>([
    ['is too big', ['parameters', 'cpu', 'default'], '3', 'parameters.cpu.default: must be from 100m to 2'],
    ['is too small', ['parameters', 'replicas', 'default'], 0, 'parameters.replicas.default: must be from 1 to 3'],
    [
      'is no choice',
      ['parameters', 'colour', 'default'],
      'red',
      'parameters.colour.default: must be one of blue, green',
    ],
    ['does not match', ['parameters', 'title', 'default'], 'Ada', 'parameters.title.default: must match ^[a-z]+$'],
    [
      'is too long',
      ['parameters', 'title', 'max_length'],
      3,
      'parameters.title.default: must have at most 3 characters',
    ],
    [
      'fits no limits at all',
      ['parameters', 'replicas', 'minimum'],
      9,
      'parameters.replicas.default: must be from 9 to 3',
    ],
  ])('is refused where its default %s', (_, path, value, reason) =>
    expect(complaint(changed(path, value))).toBe(`full.yaml: ${reason}`),
  );

  test.each<[string, (string | number)[], unknown, string]>([
    ['no type', ['parameters', 'cpu', 'type'], undefined, 'parameters.cpu.type: Invalid discriminator value'],
    ['an unknown type', ['parameters', 'cpu', 'type'], 'number', 'parameters.cpu.type: Invalid discriminator value'],
    ['no limits', ['parameters', 'cpu', 'maximum'], undefined, 'parameters.cpu.maximum: Invalid input'],
    [
      'a default of another type',
      ['parameters', 'within', 'default'],
      'true',
      'parameters.within.default: Invalid input',
    ],
    ['a pattern that is none', ['parameters', 'title', 'pattern'], '[', 'parameters.title.pattern: must be a regular'],
    ['an odd name', ['parameters', 'CPU'], { type: 'boolean' }, 'parameters.CPU: Invalid key in record'],
  ])('is refused with %s', (_, path, value, reason) =>
    expect(complaint(changed(path, value))).toContain(`full.yaml: ${reason}`),
  );

  test.each([
    '/workload/pods/other/cpu',
    '/workload/pods/web/cpus',
    '/workload/pods/web/command/3',
    '/workload/pods/web/command/-',
    '/workload/pods/web/command/length',
    '/workload/pods/web/image/0',
    '/workload/constructor/name',
    '/workload/__proto__/polluted',
    '/workload/',
  ])('is refused where it sets a place that does not exist: %s', (pointer) => {
    expect(complaint(changed(['parameters', 'replicas', 'sets', 0], pointer))).toBe(
      `full.yaml: parameters.replicas.sets: names '${pointer}', a place that does not exist`,
    );
    expect({}).not.toHaveProperty('polluted');
  });

  test.each(['/name', '/lifetime/max_ttl', '/deadline', '/parameters/cpu/maximum', 'workload/pods/web/cpu', ''])(
    'is refused where it sets what is not guards or workload: %j',
    (pointer) =>
      expect(complaint(changed(['parameters', 'cpu', 'sets', 0], pointer))).toBe(
        'full.yaml: parameters.cpu.sets.0: must point into /guards or /workload',
      ),
  );

  test.each([
    '/workload/pods/web/cpu',
    '/guards/quota/cpu',
    '/workload/config/settings',
    '/workload/config/settings/app.conf/0',
    '/workload/configuration/app.conf',
  ])('is refused where it may come late and sets what is no file: %s', (pointer) => {
    const late = changed(['parameters', 'cpu', 'late'], true).replace(
      '/workload/pods/web/cpu, /workload/pods/store/cpu',
      `/workload/config/settings/app.conf, ${pointer}`,
    );
    expect(complaint(late)).toBe(
      'full.yaml: parameters.cpu.sets.1: must be a file below /workload/config/, since a late parameter is set while the workload runs',
    );
  });

  test('may come late where it sets files only, and is told with its places', () => {
    const late = changed(['parameters', 'colour', 'late'], true).replace(
      '/workload/pods/web/env/COLOUR',
      '/workload/config/settings/app.conf',
    );
    expect(latePlaces(parseTemplate('full.yaml', late))).toEqual({ colour: ['/workload/config/settings/app.conf'] });
    expect(latePlaces(parseTemplate('full.yaml', FULL_TEMPLATE))).toBeUndefined();
    expect(latePlaces(parseTemplate('full.yaml', changed(['parameters', 'cpu', 'late'], false)))).toBeUndefined();
  });

  test('is refused where its value does not suit the place that it sets', () => {
    expect(complaint(changed(['parameters', 'colour', 'sets', 0], '/workload/pods/web/replicas'))).toMatch(
      /^full\.yaml: workload\.pods\.web\.replicas: Invalid input/,
    );
  });
});

function bomb(): string {
  const levels = ['a', 'b', 'c', 'd', 'e'].map((name, index, all) =>
    index === 0 ? `${name}: &a [x]` : `${name}: &${name} [${Array(10).fill(`*${all[index - 1]}`)}]`,
  );
  return `${levels.join('\n')}\n`;
}
