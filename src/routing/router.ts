import type { ActorId } from '../message/actor-id';
import type { RoutingKey } from '../message/routing-key';

/** An actor that a message could be routed to, with how busy it is. */
export interface RouteTarget {
  /** The actor. */
  readonly id: ActorId;
  /** Messages queued. */
  readonly size: number;
  /** Turns open. */
  readonly inFlight: number;
}

/** Picks one of the actors bound to a topic (rule T2). */
export interface Router {
  /**
   * The id of one of `targets`: open mailboxes only, each once, in the order of their binding, and never empty. A throw, or an id that
   * is not among them, fails the send with `BrokerError('RoutingFailed')`. While a topic's targets stay the same, so does the array:
   * what is learnt of it may be kept in a `WeakMap`.
   */
  route(key: RoutingKey, targets: readonly RouteTarget[], message: any): ActorId;
}
