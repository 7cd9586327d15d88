import type { Subscription } from 'rxjs';
import { checkBoolean, checkEach, checkTimeout } from '../failure/check';
import type { Dispatch } from '../mailbox/dispatch';
import { DRAINING } from '../mailbox/flags';
import type { CloseOptions } from './message-broker';

const TIMEOUT = 5_000;

/** @throws {TypeError | RangeError} for bad options. */
export function checkClose(options: CloseOptions): void {
  checkEach(options, { drain: checkBoolean, timeout: checkTimeout });
}

/** The two steps of a broker's end. */
export interface Ending {
  /** Ends every actor; what that loses is told. */
  endActors(): void;
  /** Completes every stream and ends every timer. */
  endStreams(): void;
}

/**
 * The end of a broker (DESIGN §7): waits until nothing is queued and no turn is open, or its time is over. Then the actors end, and
 * when everyone has been told of that, and the stack has returned, the streams.
 */
export function closeQuietly(dispatch: Dispatch, options: CloseOptions, ending: Ending): void {
  const { drain = true, timeout = TIMEOUT } = options;
  let timer: Subscription | undefined;
  const endStreams = (): void => {
    // What is on its way comes to its end first, and is told.
    if (dispatch.offering > 0) return;
    dispatch.onQuiet = undefined;
    ending.endStreams();
  };
  const end = (): void => {
    timer?.unsubscribe();
    const outermost = dispatch.enter();
    try {
      dispatch.emit({ next: () => ending.endActors() }, undefined);
    } finally {
      dispatch.onQuiet = endStreams;
      dispatch.leave(outermost);
    }
  };
  const endIfQuiet = (): void => {
    if (dispatch.pending === 0 && dispatch.inFlight === 0 && dispatch.offering === 0) end();
  };
  if (!drain) {
    end();
    return;
  }
  dispatch.onQuiet = endIfQuiet;
  if ((dispatch.flags & DRAINING) === 0) endIfQuiet();
  // Last: a scheduler may call at once.
  if (dispatch.onQuiet === endIfQuiet && timeout !== Infinity) timer = dispatch.scheduler.schedule(end, timeout);
}
