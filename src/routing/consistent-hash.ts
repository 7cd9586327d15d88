import { check, checkFunction } from '../failure/check';
import type { RoutingKey } from '../message/routing-key';
import { mix } from './random';
import type { Router, RouteTarget } from './router';

/**
 * Picks the same target for the same key, as long as the target is bound. When one of n targets comes or goes, about one key in n moves to
 * another target (rendezvous hashing: every target bids for every key, and the highest bid wins).
 *
 * ```ts
 * new InMemoryMessageBroker({ router: consistentHash((order: Order) => order.customerId) });
 * ```
 *
 * If `keyOf` throws or returns no string, the send errors with `BrokerError('RoutingFailed')`.
 *
 * @throws {TypeError} for a `keyOf` that is no function.
 */
export function consistentHash<Msg = any>(keyOf: (message: Msg, key: RoutingKey) => string): Router {
  checkFunction(keyOf, 'keyOf');
  return {
    route(key, targets, message) {
      const by: unknown = keyOf(message as Msg, key);
      check(typeof by === 'string', 'keyOf must return a string', by);
      let chosen = targets[0] as RouteTarget;
      let highest = -Infinity;
      for (const target of targets) {
        const bid = hash(by, target.id);
        if (bid <= highest) continue;
        chosen = target;
        highest = bid;
      }
      return chosen.id;
    },
  };
}

/** FNV-1a over both strings. `mix` then spreads the bits, since short strings change only the low ones. */
function hash(key: string, id: string): number {
  let mixed = 0x811c9dc5;
  for (const text of [key, id]) {
    for (let i = 0; i < text.length; i++) mixed = Math.imul(mixed ^ text.charCodeAt(i), 0x01000193);
    mixed = Math.imul(mixed ^ 0x2f, 0x01000193);
  }
  return mix(mixed);
}
