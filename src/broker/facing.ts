import type { MessageBroker } from '../message/message-broker';

/** A broker that holds its inside in one field, as those of this package do. */
interface Faced {
  readonly parts?: {
    /** Makes another broker the one that contexts give. */
    face?(face: MessageBroker): void;
  };
}

/**
 * Makes `face` the broker that contexts give as `context.broker`, in place of `broker` itself. For an object that stands before a broker and
 * passes calls on to it: a handler then sends as its surroundings do. A later call replaces the face. For a broker that is not of this package
 * the call does nothing.
 */
export function facing(broker: MessageBroker, face: MessageBroker): void {
  (broker as Faced).parts?.face?.(face);
}
