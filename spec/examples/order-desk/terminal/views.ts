import { type Observable, type SchedulerLike, asyncScheduler, map, scan, startWith, withLatestFrom } from 'rxjs';
import { type DeskFrame, framesOf } from '../desk-frames';
import type { Session } from '../session';
import type { View } from './dashboard';
import { letterFeed } from './letter-feed';

/** Milliseconds between two values of the history. */
const PAST_EVERY = 500;
const PAST_KEPT = 60;

interface Shown extends Pick<View, 'frame' | 'history'> {
  /** When the history got its last value. */
  readonly noted: number;
}

/** What the terminal shows, every `period` milliseconds. */
export function viewsOf({ desk, scene$ }: Pick<Session, 'desk' | 'scene$'>, period: number, scheduler: SchedulerLike = asyncScheduler): Observable<View> {
  return framesOf(desk, period, scheduler).pipe(
    scan<DeskFrame, Shown | undefined, undefined>(shownAfter, undefined),
    withLatestFrom(scene$.pipe(startWith(undefined)), letterFeed(desk).pipe(startWith([]))),
    map(([shown, scene, letters]) => ({ frame: shown!.frame, history: shown!.history, scene, letters })),
  );
}

function shownAfter(before: Shown | undefined, frame: DeskFrame): Shown {
  const { history, noted } = before ?? { history: new Map<string, readonly number[]>(), noted: -Infinity };
  if (frame.at < noted + PAST_EVERY) return { frame, history, noted };
  const longer = frame.actors.map(({ name, meanDepth, capacity }) => [name, [...(history.get(name) ?? []), meanDepth / capacity].slice(-PAST_KEPT)] as const);
  return { frame, history: new Map(longer), noted: frame.at };
}
