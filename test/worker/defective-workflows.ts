/** Ends at once. */
export function sound(): Promise<string> {
  return Promise.resolve('done');
}

/** Never lets anybody else have their turn. */
export function endless(): Promise<never> {
  for (;;);
}

/** Fails in a function with a name. */
export async function failing(): Promise<never> {
  return await Promise.resolve().then(misled);
}

function misled(): never {
  throw new TypeError('there is nothing of that kind');
}

/** Forgets a promise that is rejected. */
export async function forgetful(): Promise<void> {
  void Promise.reject(new Error('forgotten'));
  await new Promise(() => undefined);
}
