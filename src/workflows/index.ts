// What the worker bundles: every exported function is a workflow.
export { IsolationCanaryWorkflow } from './canary.ts';
export { EnvironmentWorkflow } from './environment.ts';
export { TeardownWorkflow } from './teardown.ts';
