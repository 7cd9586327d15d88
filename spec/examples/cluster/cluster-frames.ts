import { type Observable, interval, map, scan, startWith } from 'rxjs';
import type { Cluster, ClusterSnapshot, DepotState } from './cluster';

/** Milliseconds that rates are averaged over. */
const WINDOW = 1_000;

/** A depot with its rate. */
export interface DepotRates extends DepotState {
  /** Requests answered in a second. */
  readonly okPerSecond: number;
  /** The milliseconds of the slowest answer in the last second. */
  readonly slowestOfLate: number;
}

/** A snapshot with rates: what a view draws. */
export interface ClusterFrame extends ClusterSnapshot {
  readonly depots: readonly DepotRates[];
}

/** A frame at once, then one every `period` milliseconds, until it is unsubscribed. */
export function framesOf(cluster: Pick<Cluster, 'snapshot'>, period: number): Observable<ClusterFrame> {
  return interval(period).pipe(
    startWith(0),
    map(() => cluster.snapshot()),
    scan<ClusterSnapshot, ClusterSnapshot[]>((recent, now) => [...recent.filter(({ at }) => at >= now.at - WINDOW), now], []),
    map(frameOf),
  );
}

/** The last of these snapshots, with the rates since the first. */
export function frameOf(recent: readonly ClusterSnapshot[]): ClusterFrame {
  const [before, now] = [recent[0]!, recent.at(-1)!];
  const perSecond = (count: number): number => (now.at > before.at ? (count * 1_000) / (now.at - before.at) : 0);
  return {
    ...now,
    depots: now.depots.map((depot, index) => ({
      ...depot,
      okPerSecond: perSecond(depot.ok - before.depots[index]!.ok),
      slowestOfLate: Math.max(...recent.map(({ depots }) => depots[index]!.slowest)),
    })),
  };
}
