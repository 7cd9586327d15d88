import { check, checkFunction } from '../failure/check';
import type { RoutingKey } from '../message/routing-key';
import { mix } from './random';
import type { Router, RouteTarget } from './router';

/**
 * The same target for the same key, for as long as it is there: when one of n targets comes or goes, about one key in n moves
 * (rendezvous hashing: every target bids for every key, the highest bid wins).
 *
 * ```ts
 * new InMemoryMessageBroker({ router: consistentHash((order: Order) => order.customerId) });
 * ```
 *
 * @throws {TypeError} for a `keyOf` that is no function. An error that it throws, and a key that is no string, fail that message's routing.
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

/** FNV-1a over both strings, then a finish that spreads what short strings leave in the low bits. */
function hash(key: string, id: string): number {
  let mixed = 0x811c9dc5;
  for (const text of [key, id]) {
    for (let i = 0; i < text.length; i++) mixed = Math.imul(mixed ^ text.charCodeAt(i), 0x01000193);
    mixed = Math.imul(mixed ^ 0x2f, 0x01000193);
  }
  return mix(mixed);
}
