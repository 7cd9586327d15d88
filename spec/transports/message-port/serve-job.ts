import { serveActor } from 'rx-broker/transports/message-port';
import { NEVER, range } from 'rxjs';
import { Job } from './job';

/** How a worker says which one it is, and how it ends by itself. */
export interface JobSurroundings {
  whoAmI(): number;
  /** Ends the worker at once. */
  exit(): void;
}

/** What a worker of a pool does in these specs. */
export function serveJob({ whoAmI, exit }: JobSurroundings): void {
  let openCount = 0;
  serveActor(Job, {
    whoAmI,
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
    envelope: (_message, { envelope }) => [envelope.priority, envelope.sender],
    crash: () => {
      setTimeout(() => {
        throw new Error('crashed on purpose');
      });
      return NEVER;
    },
    exit: () => {
      exit();
      return NEVER;
    },
    hang: () => {
      for (;;) Math.random();
    },
    checked: ({ n }) => n,
  });
}
