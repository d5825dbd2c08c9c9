// What the worker bundles: every exported function is a workflow.
export { IsolationCanaryWorkflow } from './canary.ts';
export { CapacityWorkflow } from './capacity.ts';
export { EnvironmentWorkflow } from './environment.ts';
export { SlotWorkflow } from './slot.ts';
export { SweepWorkflow } from './sweep.ts';
export { TeardownWorkflow } from './teardown.ts';
