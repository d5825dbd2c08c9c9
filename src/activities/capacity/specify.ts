import { listSlots } from '../../cluster/slots/slots.ts';
import type { Specification } from '../../environment/request.ts';
import type { Dependencies } from '../dependencies.ts';
import { unlessUnread } from './read.ts';
import { versionOf } from './versions.ts';

/** One version of a template. */
export type VersionName = Specification['template'];

/** What slots of a version are made of: as its file has it, or as one of its slots does, or the last one that was made. */
export async function specifySlots(
  dependencies: Pick<Dependencies, 'cluster' | 'ownershipKey' | 'templates' | 'history'>,
  { name, digest }: VersionName,
  signal: AbortSignal,
): Promise<Specification | undefined> {
  const { cluster, ownershipKey, templates, history } = dependencies;
  const current = await versionOf(name, templates);
  if (current.state === 'there' && current.specification.template.digest === digest) return current.specification;
  const slots = await listSlots(cluster, ownershipKey, signal);
  const slot = slots.find(({ specification: { template } }) => template.name === name && template.digest === digest);
  if (slot !== undefined) return slot.specification;
  const remembered = await unlessUnread('the plan before', () => history.remembered());
  const madeBy = remembered?.ledger?.pools[name]?.versions.find((version) => version.digest === digest)?.madeBy;
  return madeBy && (await history.madeOf(madeBy));
}
