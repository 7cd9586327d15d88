import { refuse } from '../failure/check';
import type { Router, RouteTarget } from './router';

/**
 * Any target, each as likely. With a seed the same picks in the same order.
 *
 * @throws {RangeError} for a seed that is no finite number.
 */
export function random(seed?: number): Router {
  if (seed !== undefined && !Number.isFinite(seed)) refuse('seed must be a finite number', seed, RangeError);
  const next = seed === undefined ? Math.random : sequence(seed);
  return { route: (_key, targets) => (targets[Math.floor(next() * targets.length)] as RouteTarget).id };
}

/** Numbers from 0 to below 1: good enough to spread by, seedable, without state to share. */
function sequence(seed: number): () => number {
  // The fraction counts, too: `random(Math.random())` is the first thing that people write.
  let state = seed + ((seed * 2 ** 32) >>> 0);
  return () => mix((state = (state + 0x9e3779b9) >>> 0)) / 2 ** 32;
}

/** A 32-bit number that depends on every bit of `value`: the finish of murmur3. */
export function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
