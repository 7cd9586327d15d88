import { Observable, Subscriber } from 'rxjs';
import { runUntracked } from './untracked';

/** A stream whose subscribing and unsubscribing run untracked: they run handlers, and call observers. */
export function untrackedStream<T>(source: Observable<T>): Observable<T> {
  return new Observable((subscriber) => {
    new UntrackedSubscriber(subscriber, source);
  });
}

/** Stands between source and destination. It is torn down with its destination, and the source's own teardown then runs untracked. */
class UntrackedSubscriber<T> extends Subscriber<T> {
  constructor(destination: Subscriber<T>, source: Observable<T>) {
    super(destination);
    runUntracked(() => source.subscribe(this));
  }

  override unsubscribe(): void {
    runUntracked(() => super.unsubscribe());
  }
}
