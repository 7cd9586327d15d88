import { threadId } from 'node:worker_threads';
import { serveActor } from 'rx-broker/transports/message-port';
import { NEVER, range } from 'rxjs';
import { Job } from './job';

let openCount = 0;

serveActor(Job, {
  whoAmI: () => threadId,
  wait: (_message, { signal }) => {
    openCount++;
    signal.addEventListener('abort', () => openCount--);
    return NEVER;
  },
  openCount: () => openCount,
  countTo: ({ n }) => range(1, n),
  fail: () => {
    throw new RangeError('no such number');
  },
  header: (_message, { envelope }) => envelope.headers['trace'] ?? 'none',
  crash: () => {
    setTimeout(() => {
      throw new Error('crashed on purpose');
    });
    return NEVER;
  },
  hang: () => {
    for (;;) Math.random();
  },
  checked: ({ n }) => n,
});
