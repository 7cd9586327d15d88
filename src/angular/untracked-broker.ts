import { facing } from '../broker/facing';
import type { MessageBroker } from '../message/message-broker';
import { untrackedFace } from './untracked-face';

/**
 * The same broker for code that may run in an `effect` or a `computed`. By default an idle actor's handler runs on its sender's stack (rule D1),
 * and so do observers: without this, the signals that they read would become dependencies of that effect. It is also what `context.broker` gives.
 */
export function untrackedBroker<B extends MessageBroker>(broker: B): B {
  const face = untrackedFace(broker);
  facing(broker, face);
  return face;
}
