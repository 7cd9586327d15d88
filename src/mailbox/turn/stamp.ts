import type { TimestampProvider } from 'rxjs';

/** Milliseconds are kept modulo this (six days), so that a stamp stays a small integer. */
const RANGE = 2 ** 29 - 1;
/** The lower two bits are the lane. */
const LANE_BITS = 2;
const LANE_MASK = 3;

/**
 * What a queued message without a record knows of itself, in one small integer: its lane and when it was sent. A stamp that is only a
 * lane does not say when.
 */
export function stampOf(lane: number, now: number): number {
  return (((Math.floor(now) % RANGE) + 1) << LANE_BITS) | lane;
}

export function laneOfStamp(stamp: number): number {
  return stamp & LANE_MASK;
}

/** When it was sent, -1 where the stamp does not say. */
export function stampedAt(stamp: number, clock: TimestampProvider): number {
  const sent = stamp >> LANE_BITS;
  if (sent === 0) return -1;
  const now = Math.floor(clock.now());
  const age = (((now - sent + 1) % RANGE) + RANGE) % RANGE;
  // More than half the range is the other half: sent in the future, by a clock that was set back since.
  return age > RANGE / 2 ? now : now - age;
}
