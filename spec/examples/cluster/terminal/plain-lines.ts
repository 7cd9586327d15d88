import { type Observable, distinctUntilChanged, last, map, merge, sampleTime, takeUntil } from 'rxjs';
import { clock, count, duration } from '../../order-desk/terminal/numbers';
import { type ClusterFrame, framesOf } from '../cluster-frames';
import { numberOf } from '../script';
import type { Session } from '../session';

/** Milliseconds between two looks at the cluster. */
const FRAME = 100;

/**
 * What the terminal shows as plain lines: each scene, what is done to the cluster, and every `period` milliseconds where it is. Completes when
 * the cluster closes.
 */
export function plainLines({ cluster, scene$ }: Pick<Session, 'cluster' | 'scene$'>, period: number): Observable<string> {
  const heading$ = scene$.pipe(
    distinctUntilChanged(),
    map((scene) => `\n${numberOf(scene)}${scene.title}. ${scene.says}`),
  );
  const note$ = cluster.notes$.pipe(map((note) => `${stamp(cluster.snapshot().at)}  ${note}`));
  const line$ = framesOf(cluster, FRAME).pipe(sampleTime(period), map(lineOf));
  return merge(heading$, merge(note$, line$).pipe(takeUntil(scene$.pipe(last(null, undefined)))));
}

const stamp = (at: number): string => clock(at).padStart(5);

function lineOf({ at, depots }: ClusterFrame): string {
  const parts = depots.map(({ label, isUp, okPerSecond, slowestOfLate, failed, unknown, open }) => {
    const news = `${count(okPerSecond)} ok/s, slowest ${duration(slowestOfLate)}, ${count(open)} open`;
    return `${label} ${isUp ? news : 'is dead'}${failed > 0 ? `, ${count(failed)} failed` : ''}${unknown > 0 ? `, ${count(unknown)} unknown` : ''}`;
  });
  return `${stamp(at)}  ${parts.join('  |  ')}`;
}
