import { inject } from '@angular/core';
import { injectState, provideActor } from 'rx-broker/angular';
import { tap } from 'rxjs';
import { RunningDesk } from './running-desk';
import { type AskCounts, Trading, askCounts, trading } from './trading';

/** Stands between the screen and the desk. A turn lasts as long as its order, or its question: so it works on many at once. */
export const tradingActor = provideActor(
  trading,
  Trading,
  () => {
    const desk = inject(RunningDesk);
    const asks = injectState(askCounts, { asked: 0, answered: 0, failed: 0, cancelled: 0 });
    const count = (what: keyof AskCounts): void => asks.update((counts) => ({ ...counts, [what]: counts[what] + 1 }));
    return {
      run: ({ on }) => desk.run(on),
      setLoad: ({ change }) => desk.engine?.setLoad(change),
      redeliver: () => desk.engine?.redeliver(),
      place: ({ draft }) => desk.opened().place(draft),
      check({ draft }, { signal }) {
        count('asked');
        signal.addEventListener('abort', () => count('cancelled'));
        return desk.opened().check(draft).pipe(tap({ next: () => count('answered'), error: () => count('failed') }));
      },
    };
  },
  { concurrency: 100, capacity: 100 },
);
