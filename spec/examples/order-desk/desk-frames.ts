import { type Observable, type SchedulerLike, asyncScheduler, map, scan, timer } from 'rxjs';
import type { ActorCounts } from './actor-counts';
import type { DeskSnapshot } from './desk-snapshot';
import type { OrderDesk } from './order-desk';

/** Milliseconds that rates are averaged over, and depths. */
const WINDOW = 1_000;
const DEPTH_WINDOW = 300;

/** An actor with its rates. */
export interface ActorRates extends ActorCounts {
  /** Turns that began in a second. */
  readonly turnsPerSecond: number;
  readonly lostPerSecond: number;
  /** Milliseconds of a turn. Absent if none has ended. */
  readonly turnTime?: number;
  /** The mean of the depth. A queue with one place is full and empty many times between two frames. */
  readonly meanDepth: number;
}

/** A snapshot with rates: what a view draws. */
export interface DeskFrame extends DeskSnapshot {
  readonly actors: readonly ActorRates[];
  /** Orders that ended in a second. */
  readonly ordersPerSecond: number;
}

/** A frame at once, then one every `period` milliseconds, until it is unsubscribed. */
export function framesOf(desk: Pick<OrderDesk, 'snapshot'>, period: number, scheduler: SchedulerLike = asyncScheduler): Observable<DeskFrame> {
  return timer(0, period, scheduler).pipe(
    map(() => desk.snapshot()),
    scan<DeskSnapshot, DeskSnapshot[]>((recent, now) => [...recent.filter(({ at }) => at >= now.at - WINDOW), now], []),
    map(frameOf),
  );
}

/** The last of these snapshots, with the rates since the first. */
export function frameOf(recent: readonly DeskSnapshot[]): DeskFrame {
  const [before, now] = [recent[0]!, recent.at(-1)!];
  const shortBefore = recent.find(({ at }) => at >= now.at - DEPTH_WINDOW)!;
  const perSecond = (count: number): number => (now.at > before.at ? (count * 1_000) / (now.at - before.at) : 0);
  return {
    ...now,
    actors: now.actors.map((actor, index) => {
      const earlier = before.actors[index]!;
      const ended = actor.ended - earlier.ended;
      return {
        ...actor,
        turnsPerSecond: perSecond(actor.turns - earlier.turns),
        lostPerSecond: perSecond(lossesOf(actor) - lossesOf(earlier)),
        meanDepth: now.at > shortBefore.at ? (actor.depthTime - shortBefore.actors[index]!.depthTime) / (now.at - shortBefore.at) : actor.depth,
        ...(ended > 0 && { turnTime: (actor.milliseconds - earlier.milliseconds) / ended }),
      };
    }),
    ordersPerSecond: perSecond(endedOrders(now) - endedOrders(before)),
  };
}

/** The messages that an actor has lost, whatever the reason. */
export function lossesOf({ losses }: Pick<ActorCounts, 'losses'>): number {
  return Object.values(losses).reduce((sum, count) => sum + count, 0);
}

function endedOrders({ orders }: DeskSnapshot): number {
  return orders.placed - orders.open;
}
