import type { EventEmitter } from 'node:events';
import { z } from 'zod';

/** Whoever is at the other end of an IPC channel: a child, or the process that has started this one. */
export interface Peer extends Pick<EventEmitter, 'on' | 'off'> {
  send?(message: unknown, whenSent: (error: Error | null) => void): boolean;
}

/** What is answered to each question, by its name. What fails is told to whoever has asked. */
export type Answers = Readonly<Record<string, (about: unknown) => Promise<unknown>>>;

const question = z.object({ question: z.string(), id: z.uuid(), about: z.unknown().optional() });
const answer = z.object({ answerTo: z.uuid(), value: z.unknown().optional(), failure: z.string().optional() });

/** Answers what a peer asks. What else it says is for others. */
export function answering(peer: Peer, answers: Answers): void {
  peer.on('message', (message: unknown) => {
    const { success, data } = question.safeParse(message);
    if (success) void reply(peer, data, answers);
  });
}

/**
 * Asks a peer something.
 * @param waitMs how long it may take to answer, in milliseconds
 * @throws Error with what the peer failed by; or where it does not answer in time, or is gone
 */
export function ask(peer: Peer, name: string, about: unknown, waitMs: number): Promise<unknown> {
  const id = crypto.randomUUID();
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const hear = (message: unknown): void => {
    const { success, data } = answer.safeParse(message);
    if (!success || data.answerTo !== id) return;
    if (data.failure === undefined) resolve(data.value);
    else reject(new Error(data.failure));
  };
  const late = setTimeout(() => reject(new Error(`It was not answered within ${waitMs / 1000} s: ${name}.`)), waitMs);
  peer.on('message', hear);
  if (peer.send === undefined) reject(new Error(`There is nobody to ask: ${name}.`));
  else peer.send({ question: name, id, about }, (error) => error && reject(error));
  return promise.finally(() => {
    clearTimeout(late);
    peer.off('message', hear);
  });
}

async function reply(peer: Peer, { question: name, id, about }: z.infer<typeof question>, answers: Answers) {
  // Whoever has asked may be gone.
  const say = (said: object): unknown => peer.send?.({ answerTo: id, ...said }, () => undefined);
  try {
    const known = answers[name];
    if (known === undefined) throw new Error(`That is not known here: ${name}.`);
    say({ value: await known(about) });
  } catch (error) {
    say({ failure: error instanceof Error ? error.message : String(error) });
  }
}
