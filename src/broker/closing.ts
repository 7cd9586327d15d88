import { checkDuration, checkOptions, describeValue } from '../failure/check';
import type { Dispatch } from '../mailbox/dispatch';
import type { CloseOptions } from './message-broker';

const TIMEOUT = 5_000;

/** @throws {TypeError | RangeError} for bad options. */
export function checkClose(options: CloseOptions): void {
  checkOptions(options);
  const { drain = true, timeout = TIMEOUT } = options;
  if (typeof drain !== 'boolean') throw new TypeError(`drain must be true or false, got ${describeValue(drain)}`);
  checkDuration(timeout, 'timeout', { infinity: true });
}

/**
 * The end of a broker (DESIGN §7): waits until nothing is queued and no turn is open, or its time is over, then calls `finish`, once.
 */
export function closeQuietly(dispatch: Dispatch, options: CloseOptions, finish: () => void): Promise<void> {
  const { drain = true, timeout = TIMEOUT } = options;
  return new Promise((resolve) => {
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      dispatch.onQuiet = undefined;
      timer?.unsubscribe();
      // Behind whatever its observers are still to be told.
      dispatch.emit({ next: finish }, undefined);
      resolve();
    };
    const timer = drain && timeout !== Infinity ? dispatch.scheduler.schedule(end, timeout) : undefined;
    const endIfQuiet = (): void => {
      if (dispatch.journal.pending === 0 && dispatch.inFlight === 0) end();
    };
    if (!drain) end();
    else {
      dispatch.onQuiet = endIfQuiet;
      endIfQuiet();
    }
  });
}
