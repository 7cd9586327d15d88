import { type Observable, type SchedulerLike, BehaviorSubject, asyncScheduler } from 'rxjs';
import type { DeskReport } from './desk-report';
import { type OrderDesk, openOrderDesk } from './order-desk';
import { type Scene, CLOSING, playScript } from './script';
import { seededRandom } from './seeded-random';

export interface SessionOptions {
  /** How long the script takes. */
  readonly seconds: number;
  readonly seed: number;
  readonly scheduler?: SchedulerLike;
}

export interface SessionReport extends DeskReport {
  readonly seed: number;
  /** Whether it was stopped before the end of the script. */
  readonly isInterrupted: boolean;
}

export type ShownScene = Pick<Scene, 'title' | 'says'>;

/** One opening of the desk, with the script or with somebody at the keys. */
export interface Session {
  readonly desk: OrderDesk;
  /**
   * The scene that is played, at once and then as each begins, and in the end `CLOSING`. `undefined`: somebody is at the keys. Completes when the
   * desk closes.
   */
  readonly scene$: Observable<ShownScene | undefined>;
  /** Ends the script, and leaves the desk open until `stop`. */
  takeOver(): void;
  /** Closes the desk. */
  stop(options?: { readonly isInterrupted?: boolean }): void;
  readonly report: Promise<SessionReport>;
}

/** Opens a desk, and plays the script on it. When the script is over, the desk closes and reports. */
export function startSession({ seconds, seed, scheduler = asyncScheduler }: SessionOptions): Session {
  const desk = openOrderDesk({ scheduler, random: seededRandom(seed) });
  const scene$ = new BehaviorSubject<ShownScene | undefined>(undefined);
  let isOpen = true;
  let settle!: (report: Promise<SessionReport>) => void;
  const report = new Promise<SessionReport>((resolve) => (settle = resolve));

  const script = playScript(desk, seconds, scheduler).subscribe({ next: (scene) => scene$.next(scene), complete: () => stop() });

  function stop({ isInterrupted = false }: { readonly isInterrupted?: boolean } = {}): void {
    if (!isOpen) return;
    isOpen = false;
    script.unsubscribe();
    scene$.next(CLOSING);
    scene$.complete();
    settle(desk.close().then((totals) => ({ ...totals, seed, isInterrupted })));
  }

  return {
    desk,
    scene$: scene$.asObservable(),
    takeOver() {
      script.unsubscribe();
      if (isOpen && scene$.value !== undefined) scene$.next(undefined);
    },
    stop,
    report,
  };
}
