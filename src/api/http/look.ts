/** Whether a request only looks: who looks is answered at once, and is no load. */
export function isLook(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
