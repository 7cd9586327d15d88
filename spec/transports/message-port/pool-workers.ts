import type { WorkerLike } from 'rx-broker/transports/message-port';

/** Starts workers of these specs: threads of Node, or workers of a browser. */
export interface PoolWorkers {
  /** A worker that serves `Job`. */
  job(): WorkerLike;
  /** A worker that serves nothing. */
  idle(): WorkerLike;
  /** A worker that throws when it starts. */
  broken(): WorkerLike;
}

/** Those of this platform. */
export async function poolWorkers(): Promise<PoolWorkers> {
  if ('document' in globalThis) {
    return {
      job: () => new Worker(new URL('./job-web-worker.ts', import.meta.url), { type: 'module' }),
      idle: () => new Worker(new URL('./idle-web-worker.ts', import.meta.url), { type: 'module' }),
      broken: () => new Worker(URL.createObjectURL(new Blob(['throw new Error("broken on purpose")']))),
    };
  }
  const { startCode, startWorkerThread } = await import('./worker-thread');
  return {
    job: () => startWorkerThread('job-worker.ts'),
    idle: () => startCode('setInterval(() => {}, 1000)'),
    broken: () => startCode('throw new Error("broken on purpose")'),
  };
}
