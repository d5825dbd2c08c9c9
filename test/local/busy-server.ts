import { answering } from '../../src/ipc/questions.ts';

/** A server that says that it is as busy as it was told; or, told nothing, never answers. It takes a while to end. */
const { BUSY, ENDS_AFTER_MS = '0' } = process.env;
process.on('SIGTERM', () => setTimeout(() => process.exit(0), Number(ENDS_AFTER_MS)));
const servers = Number(BUSY);
const never = new Promise<never>(() => undefined);
answering(process, {
  occupied: () => (BUSY === undefined ? never : Promise.resolve({ count: 10 * servers, servers })),
});
process.send?.('ready');
