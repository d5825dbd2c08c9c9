const AMOUNTS = { cpu: '10m', memory: '16Mi', 'ephemeral-storage': '16Mi' };

/** A container as the Pod Security Standard `restricted` wants it, that asks for little. */
export function container(changes: object = {}) {
  return {
    name: 'main',
    image: 'registry.example/any',
    resources: { requests: AMOUNTS, limits: AMOUNTS },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...changes,
  };
}

/** A pod that an environment takes, changed as the test needs it. */
export function pod(name: string, changes: object = {}) {
  return { metadata: { name }, spec: { containers: [container()], ...changes } };
}
