import { type MessageBroker, actorId, message, protocol } from 'rx-broker';
import { retryRefused } from 'rx-broker/operators';
import { type Observable, catchError, debounceTime, distinctUntilChanged, map, of, switchMap } from 'rxjs';

/** What a search box asks of a search actor. */
export const Search = protocol('search', { find: message<{ text: string }, readonly string[]>() });
export const search = actorId(Search);

export interface SearchState {
  readonly text: string;
  readonly results: readonly string[];
  readonly failed: boolean;
}

const QUIET = 300;
const TIMEOUT = 1_000;
const RETRIES = 2;
const PAUSE = 200;

/**
 * A type-ahead: waits until typing pauses, asks, takes the newest answer only, and retries what no handler has seen.
 *
 * A newer text unsubscribes from the older ask, which cancels it wherever it is: waiting, queued or running.
 */
export function typeAhead(broker: MessageBroker, text$: Observable<string>): Observable<SearchState> {
  return text$.pipe(
    debounceTime(QUIET),
    distinctUntilChanged(),
    switchMap((text) =>
      broker.send(search, Search.find({ text }), { timeout: TIMEOUT }).pipe(
        retryRefused(search, { count: RETRIES, delay: PAUSE }),
        map((results) => ({ text, results, failed: false })),
        catchError(() => of({ text, results: [], failed: true })),
      ),
    ),
  );
}
