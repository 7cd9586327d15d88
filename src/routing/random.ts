import { outOfRange } from '../failure/check';
import type { Router, RouteTarget } from './router';

/**
 * Any target, each as likely. With a seed the same picks in the same order.
 *
 * @throws {RangeError} for a seed that is no finite number.
 */
export function random(seed?: number): Router {
  if (seed !== undefined && !Number.isFinite(seed)) outOfRange('seed must be a finite number', seed);
  const next = seed === undefined ? Math.random : mulberry32(seed);
  return { route: (_key, targets) => (targets[Math.floor(next() * targets.length)] as RouteTarget).id };
}

/** The usual 32-bit generator for when quality is not at stake: uniform, seedable, without state to share. */
function mulberry32(seed: number): () => number {
  let state = Math.floor(seed) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
