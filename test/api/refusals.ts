import type { V1Namespace } from '@kubernetes/client-node';
import { WorkflowNotFoundError } from '@temporalio/client';
import { expect } from 'vitest';
import { ANNOTATION } from '../../src/cluster/ownership.ts';
import { type Identity, workflowId } from '../../src/environment/identity.ts';
import type { Problem, ProblemKind } from '../../src/environment/problem.ts';
import { adminCluster, someDeveloper, temporalClient } from '../setup/client.ts';
import type { RawAnswer } from './raw-request.ts';

/** What no answer may show: frames of a stack, files of the program. */
const INNER_PARTS = /\bat \S+ \(|\.(?:ts|js|cjs|mjs)\b|node_modules|file:\/\/|\/src\/|ZodError|SyntaxError/;

/** An environment that nobody has asked for yet. */
export function someEnvironment(): Identity {
  return { dev_id: someDeveloper('bad'), project: someDeveloper('input') };
}

/** A start of it that would be taken. */
export function validStart(identity: Identity): Record<string, unknown> {
  return { ...identity, template: 'bare' };
}

/** The answer is a problem of this kind, complete, and tells nothing of what is inside Berth. */
export function expectProblem(answer: RawAnswer, status: number, kind: ProblemKind): Problem {
  expect(answer.text).toMatch(/^\{.*\}$/s);
  const problem: Problem = JSON.parse(answer.text);
  expect(problem).toMatchObject({ type: `urn:berth:problem:${kind}`, status });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(problem.title).not.toBe('');
  expect(problem.detail).not.toBe('');
  expect(answer.text).not.toMatch(INNER_PARTS);
  return problem;
}

/** There is no workflow for this environment, and no namespace on the cluster that is for its developer or project. */
export async function expectNothingCreated(identity: Identity): Promise<void> {
  const { dev_id, project } = identity;
  const temporal = await temporalClient();
  await expect(temporal.workflow.getHandle(workflowId(identity)).describe()).rejects.toThrow(WorkflowNotFoundError);
  const namespaces = await allNamespaces();
  expect(
    namespaces.filter(
      ({ name, developer, theirProject }) =>
        name === `dev-${dev_id}` || developer === dev_id || theirProject === project,
    ),
  ).toEqual([]);
}

/**
 * No workflow and no namespace bears the mark in any spelling: not for a corrected form of what was asked for either.
 * @param mark part of every `dev_id` or `project` in question
 */
export async function expectNoTrace(mark: string): Promise<void> {
  const temporal = await temporalClient();
  const workflows: string[] = [];
  for await (const { workflowId: id } of temporal.workflow.list()) workflows.push(id);
  expect(workflows.filter((id) => id.toLowerCase().includes(mark))).toEqual([]);
  const namespaces = await allNamespaces();
  expect(namespaces.filter((namespace) => JSON.stringify(namespace).toLowerCase().includes(mark))).toEqual([]);
}

async function allNamespaces() {
  const cluster = await adminCluster();
  const namespaces = await cluster.list<V1Namespace>({ apiVersion: 'v1', kind: 'Namespace' }, '');
  expect(namespaces.length).toBeGreaterThan(0);
  return namespaces.map(({ metadata }) => ({
    name: metadata?.name,
    developer: metadata?.annotations?.[ANNOTATION.developer],
    theirProject: metadata?.annotations?.[ANNOTATION.project],
  }));
}
