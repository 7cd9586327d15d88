import { isTemporary } from './nats-failure';

/** The pause before the server is asked again, in milliseconds. */
const PAUSE = 250;
/**
 * How long to go on asking, in milliseconds. A cluster that has lost its leader answers again after 4 to 7 seconds, on a busy machine after 10, and
 * one that has just been started after up to 15.
 */
const PATIENCE = 30_000;

/** For how long the server is asked again, and after which errors. */
export interface Patience {
  /** For how many milliseconds the server is asked again. Default: 30 seconds. */
  readonly duration?: number;
  /** Whether an error may pass. Default: the server did not answer, has no leader, or the connection was lost. */
  readonly mayPass?: (error: unknown) => boolean;
}

/** Does some work that asks the server, and again after a pause as long as it fails for a reason that may pass. Rejects with the last error. */
export async function patiently<T>(work: () => Promise<T>, { duration = PATIENCE, mayPass = isTemporary }: Patience = {}): Promise<T> {
  const until = performance.now() + duration;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || performance.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
