import { parseDocument } from 'yaml';
import type { Recipe } from '../../src/environment/recipe.ts';
import { fillIn, parseTemplate, resolveParameters, type Template } from '../../src/environment/template.ts';

/** A template that uses everything that there is, for tests to break in one place. */
export const FULL_TEMPLATE = `
name: full
description: Everything that a template can have.
lifetime: { ttl: 8h, max_ttl: 30d }
deadline: 5m
guards:
  quota: { cpu: 4, memory: 8Gi, ephemeral_storage: 16Gi, storage: 50Gi, volumes: 4, pods: 20, services: 10 }
  container:
    default: { cpu: 250m, memory: 256Mi, ephemeral_storage: 512Mi }
    max: { cpu: 2, memory: 4Gi, ephemeral_storage: 8Gi }
  egress:
    dns: true
    within: true
    destinations:
      registry: { cidr: 203.0.113.0/24, ports: [443, 8443] }
      everywhere: { cidr: 0.0.0.0/0, ports: [123], protocol: UDP }
      everywhere6: { cidr: "::/0", ports: [443] }
workload:
  config:
    settings: { app.conf: "colour = blue" }
    later: {}
  volumes:
    home: { size: 5Gi }
  pods:
    web:
      image: registry.example/web:1
      command: [serve, --port, "8080"]
      working_directory: /home/dev
      replicas: 2
      env: { COLOUR: blue }
      cpu: 500m
      memory: 1Gi
      ephemeral_storage: 1Gi
      volumes: { home: /home/dev }
      config: { settings: /etc/settings }
      ports: [8080]
      readiness: { http: { path: /healthy, port: 8080 } }
    store:
      image: registry.example/store:1
      cpu: 1
      memory: 1.5Gi
      readiness: { tcp: { port: 5432 } }
  services:
    web: { pod: web, port: 80, target: 8080 }
parameters:
  colour:
    type: string
    description: What it looks like.
    default: blue
    enum: [blue, green]
    sets: [/workload/pods/web/env/COLOUR]
  title:
    type: string
    description: What it says.
    default: serve
    pattern: ^[a-z]+$
    max_length: 10
    sets: [/workload/pods/web/command/0]
  replicas:
    type: integer
    description: How many serve.
    default: 2
    minimum: 1
    maximum: 3
    sets: [/workload/pods/web/replicas]
  within:
    type: boolean
    description: Whether the pods reach each other.
    default: true
    sets: [/guards/egress/within]
  cpu:
    type: quantity
    description: Processor time.
    default: 500m
    minimum: 100m
    maximum: 2
    sets: [/workload/pods/web/cpu, /workload/pods/store/cpu]
`;

/** The full template with another value at a place; without the place where the value is left out. */
export function changed(path: (string | number)[], value?: unknown): string {
  const document = parseDocument(FULL_TEMPLATE);
  if (value === undefined) document.deleteIn(path);
  else document.setIn(path, document.createNode(value));
  return document.toString();
}

export function fullTemplate(): Template {
  return parseTemplate('full.yaml', FULL_TEMPLATE);
}

/** The recipe of the full template with all its defaults. */
export function fullRecipe(): Recipe {
  const template = fullTemplate();
  return fillIn(template, resolveParameters(template, {}));
}
