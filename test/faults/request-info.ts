/** What a request to the apiserver is about, in the apiserver's own terms: its path and, for a create, its body say so. */
export interface RequestInfo {
  /** In the plural, as in the path; `undefined` for what is about no object, such as discovery. */
  resource?: string;
  /** For namespaces, their own name. */
  namespace?: string;
  name?: string;
}

/**
 * Reads a path such as `/apis/apps/v1/namespaces/dev-ada/deployments/web`.
 *
 * @param body - the object that is created, which names itself
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
 */
export function requestInfo(path: string, body: Buffer): RequestInfo {
  const [root, ...segments] = path.split('/').filter(Boolean);
  const rest = segments.slice(root === 'api' ? 1 : 2);
  const isInNamespace = rest[0] === 'namespaces' && rest.length > 2;
  const [resource, named] = isInNamespace ? rest.slice(2) : rest;
  if (resource === undefined) return {};
  const name = named ?? nameIn(body);
  const namespace = isInNamespace ? rest[1] : resource === 'namespaces' ? name : undefined;
  return { resource, ...(namespace !== undefined && { namespace }), ...(name !== undefined && { name }) };
}

function nameIn(body: Buffer): string | undefined {
  if (body.length === 0) return undefined;
  try {
    const { metadata } = JSON.parse(body.toString()) as { metadata?: { name?: string } };
    return metadata?.name;
  } catch {
    return undefined;
  }
}
