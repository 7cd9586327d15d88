import { type Observable, type SchedulerLike, asyncScheduler, distinctUntilChanged, filter, last, map, merge, skip, takeUntil } from 'rxjs';
import { type DeskFrame, framesOf, lossesOf } from '../desk-frames';
import { numberOf } from '../script';
import type { Session } from '../session';
import { clock, count } from './numbers';

/** What the terminal shows as plain lines: each scene, and every `period` milliseconds where the desk is. Completes when the desk closes. */
export function plainLines({ desk, scene$ }: Pick<Session, 'desk' | 'scene$'>, period: number, scheduler: SchedulerLike = asyncScheduler): Observable<string> {
  const heading$ = scene$.pipe(
    filter((scene) => scene !== undefined),
    distinctUntilChanged(),
    map((scene) => `\n${numberOf(scene)}${scene.title}. ${scene.says}`),
  );
  const ended$ = scene$.pipe(last(null, undefined));
  return merge(heading$, framesOf(desk, period, scheduler).pipe(skip(1), map(lineOf), takeUntil(ended$)));
}

function lineOf({ at, actors, orders, parked, waiting }: DeskFrame): string {
  const queues = actors.filter(({ capacity }) => capacity > 1).map(({ name, depth, capacity }) => `${name} ${depth}/${capacity}`);
  const superseded = actors.filter(({ capacity }) => capacity === 1).reduce((sum, actor) => sum + lossesOf(actor), 0);
  const { placed, filled, rejected, cancelled, open } = orders;
  return [
    clock(at).padStart(5),
    `${count(placed)} orders = ${count(filled)} filled + ${count(rejected)} rejected + ${count(cancelled)} cancelled + ${count(open)} open (${count(parked)} parked)`,
    `${queues.join(' ')}${waiting > 0 ? ` (${waiting} wait)` : ''}`,
    `${count(superseded)} old prices dropped`,
  ].join('  ');
}
