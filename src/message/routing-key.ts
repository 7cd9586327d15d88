import type { Priority } from './priority';

/** Where a message is routed or published, and how urgent it is. */
export interface RoutingKey<T extends string = string> {
  readonly topic: T;
  /** A priority, or 0 to 255 quartered onto the four. Default `'normal'`. */
  readonly priority?: Priority | number;
}
