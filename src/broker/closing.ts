import type { Subscription } from 'rxjs';
import { checkBoolean, checkEach, checkTimeout } from '../failure/check';
import type { Dispatch } from '../mailbox/dispatch/dispatch';
import { LONGEST_DELAY } from '../mailbox/dispatch/pace';
import { DRAINING } from '../mailbox/state/flags';
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
 * when everyone has been told of that, and the stack has returned, the streams. Answers what ends it at once.
 */
export function closeQuietly(dispatch: Dispatch, options: CloseOptions, ending: Ending): () => void {
  const { drain = true, timeout = TIMEOUT } = options;
  let timer: Subscription | undefined;
  let isEnding = false;
  const endStreams = (): void => {
    // What is on its way comes to its end first, and is told.
    if (dispatch.offering > 0) dispatch.whenAtRest(endStreams);
    else ending.endStreams();
  };
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    timer?.unsubscribe();
    dispatch.within(() => {
      dispatch.whenAtRest(endStreams);
      dispatch.emit({ next: () => ending.endActors() }, undefined);
    });
  };
  const endIfQuiet = (): void => {
    if (isEnding) return;
    if (dispatch.pending === 0 && dispatch.inFlight === 0 && dispatch.offering === 0) end();
    else dispatch.whenAtRest(endIfQuiet);
  };
  if (!drain) end();
  else if ((dispatch.flags & DRAINING) === 0) endIfQuiet();
  else dispatch.whenAtRest(endIfQuiet);
  // Last: a scheduler may call at once.
  if (!isEnding && timeout !== Infinity) timer = dispatch.scheduler.schedule(end, Math.min(timeout, LONGEST_DELAY));
  return end;
}
