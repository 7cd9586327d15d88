import { Observable, filter, map, take } from 'rxjs';
import type { OrderDraft, Verdict } from '../messages';
import type { SubjectBus } from './subject-bus';

/** Asks on a bus: waits for the verdict with the number of the question. If the risk service is dead, none comes. Leaving cancels nothing. */
export function askRisk(bus: SubjectBus, nextId: () => number, draft: OrderDraft): Observable<Verdict> {
  return new Observable((subscriber) => {
    const id = nextId();
    const verdict$ = bus.verdicts$.pipe(
      filter((verdict) => verdict.id === id),
      take(1),
      map(({ isApproved }) => ({ isApproved })),
    );
    // It must wait before it asks, since the answer may come at once.
    subscriber.add(verdict$.subscribe(subscriber));
    bus.questions$.next({ id, draft });
  });
}
