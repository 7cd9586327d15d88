import type { Subscription } from 'rxjs';
import { checkBoolean, checkTimeout, resolveOptions } from '../failure/check';
import { LONGEST_DELAY } from '../kernel/timers';
import type { CloseOptions } from '../message/closeable';
import type { BrokerSystem } from './broker-system';

const DEFAULTS: Required<CloseOptions> = { drain: true, timeout: 5_000 };

/** @throws {TypeError | RangeError} for bad options. */
export function resolveClose(options: CloseOptions | undefined): Required<CloseOptions> {
  return resolveOptions(options, { drain: checkBoolean, timeout: checkTimeout }, DEFAULTS);
}

/** The end of a broker. */
export interface Closing {
  /** Resolves when the broker has ended. */
  readonly promise: Promise<void>;
  /** Refuses newcomers from outside, and ends the broker when nothing is queued or open; without `drain` at once. */
  begin(options: Required<CloseOptions>): void;
  /** Ends at once all that `begin` waits for. */
  end(): void;
}

/** How a broker takes leave of the other nodes. */
export interface Leaving {
  /** Whether nothing is on its way to other nodes, and they send nothing more. Looked at when a step has ended. */
  readonly isQuiet: boolean;
  /** The broker begins to close: other nodes are told to send nothing more. */
  begin(): void;
  /** All actors end: so does everything that is on its way to other nodes. Part of a step. */
  drop(): void;
  /** All actors have ended. Calls `done` when the other nodes have got everything, and this node has left. */
  finish(done: () => void): void;
  /** The time is over: leaves at once. */
  abandon(): void;
}

/** The arguments of `closingOf`. */
export interface ClosingParts {
  /** Ends every actor. Part of a step. */
  readonly endActors: () => void;
  readonly completeStreams: () => void;
  /** For a broker with other nodes. */
  readonly leaving: Leaving | undefined;
}

/**
 * Makes the end of a broker (DESIGN §7). It waits until nothing is queued and no turn is open, or the timeout is over. Then all actors end
 * in one step (`endActors`). When that is told, the streams complete (`completeStreams`). When the promises of `onStop` have settled, or the
 * timeout is over, the broker has ended.
 */
export function closingOf(system: BrokerSystem, { endActors, completeStreams, leaving }: ClosingParts): Closing {
  const { counts, dispatcher } = system;
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => (resolve = settle));
  let timer: Subscription | undefined;
  let isDraining = true;
  let hasEnded = false;
  const ended = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    dispatcher.outbox.call(() => timer?.unsubscribe());
    dispatcher.close();
    leaving?.abandon();
    resolve();
  };
  const endIfStopped = (): void => {
    if (counts.stopping === 0 && leaving !== undefined) leaving.finish(ended);
    else if (counts.stopping === 0) ended();
    else dispatcher.whenAtRest(endIfStopped);
  };
  /** Goes to the end of the outbox until nothing else is left in it, so that what observers of the end cause is told before. */
  const endStreams = (): void => {
    if (dispatcher.outbox.isEmpty) completeStreams();
    else dispatcher.add(endStreams);
  };
  const end = (): void => {
    if (!isDraining) return;
    isDraining = false;
    dispatcher.step(() => {
      system.phase = 'ended';
      endActors();
      leaving?.drop();
      dispatcher.add(endStreams);
      dispatcher.whenAtRest(endIfStopped);
    });
  };
  const endIfQuiet = (): void => {
    if (counts.pending === 0 && counts.open === 0 && dispatcher.isEmpty && leaving?.isQuiet !== false) end();
    else dispatcher.whenAtRest(endIfQuiet);
  };
  const timeIsOver = (): void => {
    if (isDraining) end();
    else ended();
  };
  const begin = ({ drain, timeout }: Required<CloseOptions>): void => {
    system.phase = 'closing';
    dispatcher.addReason(1);
    leaving?.begin();
    if (drain) endIfQuiet();
    else end();
    // The timer comes last, since a scheduler may call at once.
    if (hasEnded || timeout === Infinity) return;
    try {
      timer = dispatcher.scheduler.schedule(timeIsOver, Math.min(timeout, LONGEST_DELAY));
    } catch (error) {
      system.journal.callbackFailed('the scheduler', error);
    }
  };
  return { promise, begin, end };
}
