// Preloaded into a process: its Date is put forward or back by as many milliseconds as a file says, while it runs. Timers
// and performance.now() go on as they do when somebody sets a machine's clock.
import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 50;
const file = process.env.TEST_CLOCK_FILE ?? '';
const trueNow = Date.now;
let aheadMs = 0;
setInterval(() => {
  aheadMs = Number(readFileSync(file, 'utf8'));
}, LOOK_EVERY_MS).unref();

Date.now = () => trueNow() + aheadMs;
globalThis.Date = new Proxy(Date, {
  construct: (target, args) => Reflect.construct(target, args.length === 0 ? [Date.now()] : args),
});
