import { z } from 'zod';
import { isFirstOfBlock, isForbidden, isForbiddenAddress, isMappedIpv4, isWithin } from './destination.ts';
import { DURATION, durationMs } from './duration.ts';
import { DEFAULT_RETENTION } from './lifetime.ts';
import { quantityValue } from './quantity.ts';

const name = z
  .string()
  .regex(/^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'must be 1 to 40 of a-z, 0-9 and -, beginning with a letter');
const duration = z.string().regex(DURATION, 'must be a duration such as 90s, 30m, 8h or 7d');
const quantity = z
  .union([z.string(), z.number().transform(String)])
  .refine((text) => quantityValue(text) !== undefined, 'must be an amount such as 500m, 2 or 1.5Gi');
const count = z.int().min(0).max(1000);
const port = z.int().min(1).max(65_535);
const path = z.string().regex(/^\/[\w./-]*$/, 'must be an absolute path');
const key = z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, 'must be a file name of letters, digits, ., _ and -');
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name of letters, digits and _');

const cidr = z
  .union([z.cidrv4(), z.cidrv6()], 'must be a block of addresses such as 203.0.113.0/24')
  .refine((block) => !isForbidden(block), 'lies in a private, shared or link-local range, which no environment reaches')
  .refine(isFirstOfBlock, 'must begin with the first address of its block, such as 203.0.113.0/24')
  .refine((block) => !isMappedIpv4(block), 'must be written as IPv4');

/** Without a zone: that is known to one machine only. */
const address = z.union([z.ipv4(), z.ipv6()], 'must be an address such as 203.0.113.10');

const compute = z.strictObject({ cpu: quantity, memory: quantity, ephemeral_storage: quantity });

const destination = z
  .strictObject({
    cidr,
    ports: z.array(port).min(1).max(20),
    protocol: z.enum(['TCP', 'UDP']).default('TCP'),
    /** An address of it that answers on these ports, for proofs; needless where the block has only one. */
    probe: address.optional(),
  })
  .refine(({ cidr, probe }) => probe === undefined || (isWithin(cidr, probe) && !isForbiddenAddress(probe)), {
    path: ['probe'],
    message: 'must be an address of the block that environments may reach',
    when: ({ issues }) => issues.length === 0,
  });

/** What isolates an environment: how much it may hold, and what it may reach. */
const guards = z.strictObject({
  /** What all of the environment may hold together. */
  quota: z.strictObject({
    cpu: quantity,
    memory: quantity,
    ephemeral_storage: quantity,
    storage: quantity,
    volumes: count,
    pods: count,
    services: count,
  }),
  /** What one container gets that asks for nothing, and the most that it may ask for. */
  container: z.strictObject({ default: compute, max: compute }),
  egress: z.strictObject({
    /** Names are resolved by the cluster's DNS. */
    dns: z.boolean(),
    /** The pods of the environment reach each other. */
    within: z.boolean(),
    /** What lies outside and may be reached all the same. */
    destinations: z.record(name, destination),
  }),
  /** Whether an environment is handed over only once packets have shown that the cluster isolates it. */
  proof: z.enum(['required', 'none']).default('none'),
});

const probe = z
  .strictObject({
    http: z.strictObject({ path, port }).optional(),
    tcp: z.strictObject({ port }).optional(),
    exec: z.array(z.string()).min(1).optional(),
  })
  .refine((kinds) => Object.keys(kinds).length === 1, 'must have exactly one of http, tcp and exec');

const pod = z.strictObject({
  image: z.string().min(1).max(512),
  command: z.array(z.string()).min(1).optional(),
  working_directory: path.optional(),
  replicas: z.int().min(1).max(20).default(1),
  env: z.record(variable, z.string()).default({}),
  cpu: quantity,
  memory: quantity,
  ephemeral_storage: quantity.optional(),
  /** Where the volumes and the configuration of the workload are mounted. */
  volumes: z.record(name, path).default({}),
  config: z.record(name, path).default({}),
  ports: z.array(port).max(20).default([]),
  readiness: probe.optional(),
});

const workload = z
  .strictObject({
    config: z.record(name, z.record(key, z.string())).default({}),
    volumes: z.record(name, z.strictObject({ size: quantity })).default({}),
    pods: z.record(name, pod).default({}),
    services: z.record(name, z.strictObject({ pod: name, port, target: port })).default({}),
  })
  .superRefine((parts, context) => {
    const missing = (path: string[], kind: string, wanted: string): void =>
      context.addIssue({
        code: 'custom',
        path,
        message: `names the ${kind} '${wanted}', which the workload does not have`,
      });
    for (const [podName, { volumes, config }] of Object.entries(parts.pods)) {
      for (const volume of Object.keys(volumes)) {
        if (!Object.hasOwn(parts.volumes, volume)) missing(['pods', podName, 'volumes', volume], 'volume', volume);
      }
      for (const item of Object.keys(config)) {
        if (!Object.hasOwn(parts.config, item)) missing(['pods', podName, 'config', item], 'configuration', item);
      }
    }
    for (const [service, { pod }] of Object.entries(parts.services)) {
      if (!Object.hasOwn(parts.pods, pod)) missing(['services', service, 'pod'], 'pod', pod);
    }
  });

/** The recipe of an environment: what a template comes to once its parameters are filled in. */
export const recipeSchema = z.strictObject({
  lifetime: z
    .strictObject({
      /** How long it stays awake, and the most that may be asked for at once. */
      ttl: duration,
      max_ttl: duration,
      /** How long it is kept asleep before it is deleted. */
      retain: duration.default(DEFAULT_RETENTION),
    })
    .refine(({ ttl, max_ttl }) => durationMs(ttl) <= durationMs(max_ttl), {
      path: ['ttl'],
      message: 'must be at most max_ttl',
    }),
  /** How long provisioning may take before it is undone. */
  deadline: duration,
  guards,
  workload,
});
export type Recipe = z.infer<typeof recipeSchema>;
export type Guards = Recipe['guards'];
export type Workload = Recipe['workload'];
export type Pod = Workload['pods'][string];
export type Probe = NonNullable<Pod['readiness']>;
export { address as addressSchema, name as nameSchema, quantity as quantitySchema };
