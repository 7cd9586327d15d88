import type { BrokerSystem } from '../../broker/broker-system';
import type { CastParts } from './outgoing-cast';

/** The parts that both directions of a link share. */
export interface LinkParts extends CastParts {
  readonly system: BrokerSystem;
  /** The most messages without a receipt. */
  readonly window: number;
  /** The most characters of the text of an error. */
  readonly maxText: number;
  readonly isConnected: () => boolean;
  /** Sends a frame without a payload. */
  readonly post: (head: readonly unknown[]) => void;
}
