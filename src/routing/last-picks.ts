import type { ActorId } from '../message/actor-id';
import { mix } from './random';
import type { RouteTarget } from './router';

/** Ids remembered at least. */
const REMEMBERED = 1_024;

/**
 * Which target was picked when: the next is the one picked longest ago, the first of those never picked.
 *
 * It remembers its last picks, 1,024 or four for each target of the topic at hand. One that picks among more actors than that
 * forgets, and takes one that it knows nothing of by chance: the first of them would be the same one each time.
 */
export class LastPicks {
  readonly #picks = new Map<ActorId, number>();
  #count = 0;
  /** Whether `undefined` no longer says "never". */
  hasForgotten = false;

  /** When `id` was last picked, as a number that grows. `undefined`: never; but who forgets cannot know. */
  of(id: ActorId): number | undefined {
    return this.#picks.get(id);
  }

  /** The index of the one to pick among `targets`. */
  longestAgo(targets: readonly RouteTarget[]): number {
    const { length } = targets;
    // By no rhythm of the picks: a count modulo the targets would beat with the topics' turns.
    const start = this.hasForgotten ? mix(this.#count) % length : 0;
    let chosen = 0;
    let earliest = Infinity;
    for (let i = 0; i < length; i++) {
      const index = (start + i) % length;
      const picked = this.#picks.get((targets[index] as RouteTarget).id);
      if (picked === undefined) return index;
      if (picked < earliest) {
        chosen = index;
        earliest = picked;
      }
    }
    return chosen;
  }

  /** `id`, one of so many, is picked now. */
  pick(id: ActorId, among: number): ActorId {
    const picks = this.#picks;
    // At the end again: a map's order is then the order of picking.
    picks.delete(id);
    picks.set(id, this.#count++);
    let excess = picks.size - Math.max(REMEMBERED, among * 4);
    // Asked first: a map that is iterated passes over all that was deleted at its head.
    if (excess <= 0) return id;
    this.hasForgotten = true;
    for (const oldest of picks.keys()) {
      picks.delete(oldest);
      if (--excess === 0) break;
    }
    return id;
  }
}
