import { isTemporary } from './nats-failure';

/** The pause before the server is asked again, in milliseconds. */
const PAUSE = 250;

/** How patient one is with the server. */
export interface Patience {
  /** How often the server is asked at the most. Default: 20 times. */
  readonly tries?: number;
  /** Whether an error may pass. Default: the server did not answer, has no leader, or the connection was lost. */
  readonly mayPass?: (error: unknown) => boolean;
}

/** Does some work that asks the server, and again after a pause as long as it fails for a reason that may pass. Rejects with the last error. */
export async function patiently<T>(work: () => Promise<T>, { tries = 20, mayPass = isTemporary }: Patience = {}): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || left <= 1) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
