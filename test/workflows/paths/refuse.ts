import { inForce, isAbout, type Lift, nameOf, type Requests, rulesFor } from './requests.ts';
import type { Stage } from './stage.ts';

const ADMISSION = 'admissionregistration.k8s.io/v1';

/** Lays down a rule of the cluster's own by which requests are refused for good. */
export async function refuse(stage: Stage, requests: Requests, reason: string): Promise<Lift> {
  const name = nameOf('refuse', requests);
  const policy = { apiVersion: ADMISSION, kind: 'ValidatingAdmissionPolicy', metadata: { name } };
  const binding = { apiVersion: ADMISSION, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name } };
  const rule = {
    ...policy,
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: rulesFor(requests) },
      validations: [{ expression: `!(${isAbout(requests, name)})`, message: reason }],
    },
  };
  const inUse = { ...binding, spec: { policyName: name, validationActions: ['Deny'] } };
  const made = [await stage.cluster.create(rule), await stage.cluster.create(inUse)];
  await inForce(stage, name);
  return async () => {
    for (const { apiVersion, kind, metadata } of made.reverse()) {
      const { uid = '' } = metadata as { uid?: string };
      await stage.cluster.delete({ apiVersion, kind, metadata }, uid);
    }
  };
}
