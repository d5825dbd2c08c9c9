import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1NetworkPolicy } from '@kubernetes/client-node';
import { runGo } from '../setup/go.ts';

/** A pod, or whoever has the address where there is no namespace. */
export interface Peer {
  readonly ip: string;
  readonly namespace?: string;
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly podLabels?: Readonly<Record<string, string>>;
}

/** A connection that somebody wants to begin. */
export interface Traffic {
  readonly source: Peer;
  readonly destination: Peer;
  readonly port: number;
  readonly protocol: string;
}

/** What each end's policies say, and both together. */
export interface Verdict {
  readonly ingress: boolean;
  readonly egress: boolean;
  readonly both: boolean;
}

/** An independent judge of what NetworkPolicies let pass: cyclonus's model of them. */
export interface PolicyModel {
  judge(policies: readonly V1NetworkPolicy[], traffic: readonly Traffic[]): Verdict[];
  remove(): void;
}

/** Builds the judge from its source, which is quick where that was done before. */
export async function buildPolicyModel(): Promise<PolicyModel> {
  const directory = mkdtempSync(join(tmpdir(), 'berth-policy-model-'));
  const program = join(directory, 'policy-model');
  await runGo('cyclonus', ['build', '-trimpath', '-buildvcs=false', '-o', program, '.']);
  return {
    judge(policies, traffic) {
      const input = JSON.stringify({ policies: policies.map(asSent), traffic });
      return JSON.parse(execFileSync(program, { input, encoding: 'utf8' })) as Verdict[];
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** What the client's types call `_from` is `from` for everyone else, as for the model, which refuses unknown fields. */
function asSent(policy: V1NetworkPolicy): object {
  const ingress = policy.spec?.ingress?.map(({ _from, ...rule }) => ({ ...rule, from: _from }));
  return { ...policy, spec: { ...policy.spec, ingress } };
}
