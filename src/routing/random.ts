import { refuse } from '../failure/check';
import type { Router, RouteTarget } from './router';

/**
 * Picks any target, each with the same chance. The same seed gives the same picks in the same order.
 *
 * @throws {RangeError} for a seed that is no finite number.
 */
export function random(seed?: number): Router {
  if (seed !== undefined && !Number.isFinite(seed)) refuse('seed must be a finite number', seed, RangeError);
  const next = seed === undefined ? Math.random : sequence(seed);
  return { route: (_key, targets) => (targets[Math.floor(next() * targets.length)] as RouteTarget).id };
}

/** A sequence of numbers from 0 to below 1, by a seed: good enough to spread messages. */
function sequence(seed: number): () => number {
  // The fraction of the seed counts too, for `random(Math.random())`.
  let state = seed + ((seed * 2 ** 32) >>> 0);
  return () => mix((state = (state + 0x9e3779b9) >>> 0)) / 2 ** 32;
}

/** A 32-bit number that depends on every bit of `value`: the last step of the hash murmur3. */
export function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
