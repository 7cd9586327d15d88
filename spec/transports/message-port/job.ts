import { message, protocol } from 'rx-broker';
import { z } from 'zod';

/** What the workers of a pool are asked in these specs. */
export const Job = protocol('job', {
  whoAmI: message<void, number>(),
  wait: message<void, number>(),
  openCount: message<void, number>(),
  countTo: message<{ n: number }, number>(),
  fail: message<void, number>(),
  header: message<void, string>(),
  /** The priority and the sender of the message. */
  envelope: message<void, readonly unknown[]>(),
  crash: message<void, number>(),
  /** Ends the worker at once. */
  exit: message<void, number>(),
  hang: message<void, number>(),
  checked: message({ payload: z.object({ n: z.number() }), reply: z.number() }),
});
