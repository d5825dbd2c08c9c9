import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { Environment } from '../environment/environment.ts';

const KEYS = {
  developer: defineSearchAttributeKey('BerthDeveloper', 'KEYWORD'),
  project: defineSearchAttributeKey('BerthProject', 'KEYWORD'),
  template: defineSearchAttributeKey('BerthTemplate', 'KEYWORD'),
  state: defineSearchAttributeKey('BerthState', 'KEYWORD'),
  namespace: defineSearchAttributeKey('BerthNamespace', 'KEYWORD'),
};

/** The search attributes, all of type Keyword, that the Temporal namespace must have. */
export const SEARCH_ATTRIBUTE_NAMES = Object.values(KEYS).map(({ name }) => name);

/**
 * Temporal's own, on what fails its workflow tasks one after the other, until it does so no more. A server has it once it
 * is told `system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute`.
 */
export const FAILING = 'TemporalReportedProblems';
/** Of these, that it is the code which fails: tasks that time out say nothing but that worker after worker was lost. */
export const FAILS = 'category=WorkflowTaskFailed';

/** By what an environment is found. */
export function searchAttributesOf(environment: Environment): SearchAttributePair[] {
  const { dev_id, project, template, state, namespace } = environment;
  const pairs = [
    { key: KEYS.developer, value: dev_id },
    { key: KEYS.project, value: project },
    { key: KEYS.template, value: template.name },
    { key: KEYS.state, value: state },
  ];
  return namespace === null ? pairs : [...pairs, { key: KEYS.namespace, value: namespace }];
}
