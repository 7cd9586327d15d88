import { type Observable, map, scan, startWith, withLatestFrom } from 'rxjs';
import { type ClusterFrame, framesOf } from '../cluster-frames';
import type { Session } from '../session';
import type { Note, View } from './dashboard';

/** Milliseconds between two values of the history. */
const PAST_EVERY = 500;
const PAST_KEPT = 60;
const NOTES_KEPT = 20;

interface Shown extends Pick<View, 'frame' | 'history'> {
  /** When the history got its last value. */
  readonly noted: number;
}

/** What the terminal shows, every `period` milliseconds. */
export function viewsOf({ cluster, scene$ }: Pick<Session, 'cluster' | 'scene$'>, period: number): Observable<View> {
  const notes$ = cluster.notes$.pipe(scan((notes, text) => [...notes, { at: cluster.snapshot().at, text }].slice(-NOTES_KEPT), [] as readonly Note[]));
  return framesOf(cluster, period).pipe(
    scan<ClusterFrame, Shown | undefined, undefined>(shownAfter, undefined),
    withLatestFrom(scene$, notes$.pipe(startWith([]))),
    map(([shown, scene, notes]) => ({ frame: shown!.frame, history: shown!.history, scene, notes })),
  );
}

function shownAfter(before: Shown | undefined, frame: ClusterFrame): Shown {
  const { history, noted } = before ?? { history: new Map<string, readonly number[]>(), noted: -Infinity };
  if (frame.at < noted + PAST_EVERY) return { frame, history, noted };
  const longer = frame.depots.map(({ name, okPerSecond }) => [name, [...(history.get(name) ?? []), okPerSecond].slice(-PAST_KEPT)] as const);
  return { frame, history: new Map(longer), noted: frame.at };
}
