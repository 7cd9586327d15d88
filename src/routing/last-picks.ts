import type { ActorId } from '../message/actor-id';
import type { RouteTarget } from './router';

/** Ids remembered at least. */
const REMEMBERED = 1_024;

/**
 * Which target was picked when: the next is the one picked longest ago, the first of those never picked.
 *
 * It remembers its last picks, 1,024 or four for each target of the topic at hand. One that picks among more actors than that
 * forgets, and picks by chance among those it knows nothing of: the first of them would be the same one each time.
 */
export class LastPicks {
  readonly #picks = new Map<ActorId, number>();
  #count = 0;
  #hasForgotten = false;

  /** When `id` was last picked, as a number that grows. `undefined`: never; but who forgets cannot know. */
  of(id: ActorId): number | undefined {
    return this.#picks.get(id);
  }

  /** Whether `undefined` no longer says "never". */
  get hasForgotten(): boolean {
    return this.#hasForgotten;
  }

  /** The index of the one to pick among `targets`. */
  longestAgo(targets: readonly RouteTarget[]): number {
    let chosen = 0;
    let earliest = Infinity;
    const unknown: number[] = [];
    for (let index = 0; index < targets.length; index++) {
      const picked = this.#picks.get((targets[index] as RouteTarget).id);
      if (picked === undefined) {
        if (!this.#hasForgotten) return index;
        unknown.push(index);
      } else if (picked < earliest) {
        chosen = index;
        earliest = picked;
      }
    }
    return unknown.length === 0 ? chosen : (unknown[Math.floor(mix(this.#count) * unknown.length)] as number);
  }

  /** `id`, one of so many, is picked now. */
  pick(id: ActorId, among: number): ActorId {
    const picks = this.#picks;
    // At the end again: a map's order is then the order of picking.
    picks.delete(id);
    picks.set(id, this.#count++);
    const bound = Math.max(REMEMBERED, among * 4);
    if (picks.size <= bound) return id;
    this.#hasForgotten = true;
    for (const oldest of picks.keys()) {
      picks.delete(oldest);
      if (picks.size <= bound) break;
    }
    return id;
  }
}

/** A number from 0 to below 1 that follows no rhythm of the picks: a count modulo the targets would beat with the topics' turns. */
function mix(count: number): number {
  let mixed = Math.imul(count ^ (count >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
