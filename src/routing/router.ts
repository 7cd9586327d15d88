import type { ActorId } from '../message/actor-id';
import type { RoutingKey } from '../message/routing-key';

/** An actor that a message could be routed to, and how busy it is. */
export interface RouteTarget {
  /** The actor. */
  readonly id: ActorId;
  /** Messages queued now. */
  readonly size: number;
  /** Turns that have begun and not ended. */
  readonly inFlight: number;
}

/** Picks one of the actors bound to a topic (rule T2). */
export interface Router {
  /**
   * Returns the id of one of `targets`. These are the actors with an open mailbox, each once, in the order of their binding; there is at
   * least one. If it throws, or returns another id, the send errors with `BrokerError('RoutingFailed')`.
   *
   * An array never changes, and is often the same one for the same targets. So a router may keep facts about it in a `WeakMap`.
   */
  route(key: RoutingKey, targets: readonly RouteTarget[], message: any): ActorId;
}
