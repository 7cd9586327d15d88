/**
 * Everything that goes to a node at once: text or bytes, or structured data if the transport is `structured`.
 */
export type Batch = string | Uint8Array | readonly unknown[];

/** Picks the objects of a payload that move to the other side instead of being copied: buffers above all. */
export type PickTransfer = (payload: unknown) => readonly unknown[];

/** A node of the cluster, as the others know it. */
export interface NodeInfo {
  /** Its id, unique for each start of a process. */
  readonly nodeId: string;
  /** The `name` of its broker's options. */
  readonly name: string;
  /** The newest version of the frames that both this node and that one understand. Of the node itself: the newest that it understands. */
  readonly version: number;
  /** When this node learned of it, in milliseconds of the broker's scheduler. */
  readonly joinedAt: number;
}

/** Receives what a transport has to say. Every method may be called at any time after `start` was called. */
export interface TransportListener {
  /** A batch came from a node. It may be anything: the listener validates it. */
  batch(from: string, batch: unknown): void;
  /** A node has joined. To be called for every node that is there already, too. */
  up(nodeId: string): void;
  /** A node is gone for good: its lease has ended, or it has left. An id never returns. */
  down(nodeId: string): void;
  /** The connection of this node was lost or has returned. A transport begins as connected when `start` has resolved. */
  connected(isUp: boolean): void;
  /** This node was declared gone, or could not renew its lease in time: it must not handle another batch. */
  fenced(): void;
}

/**
 * Carries batches between nodes, and decides which node owns an id.
 *
 * A transport need not be reliable: it may lose, double and reorder batches. The broker numbers them, and sends again what has no receipt.
 * The results are `PromiseLike`, since nothing in the broker awaits them: a transport of tests may settle them in virtual time.
 */
export interface Transport {
  /** The id of this node, unique for each start of a process: a node that was gone returns under another id. */
  readonly nodeId: string;
  /** The size of the largest batch in bytes: of its UTF-8 form, if it is text. */
  readonly maxBatch: number;
  /** Whether a batch may be structured data, as `postMessage` takes it. If not, a batch is text or bytes. */
  readonly structured: boolean;
  /** Picks the objects of a payload that move to the other side, for a structured transport. Default: those that cannot be copied. */
  readonly transfer?: PickTransfer;
  /** Joins the cluster. Resolves when the nodes that are there have been told to `listener.up`. */
  start(listener: TransportListener): PromiseLike<void>;
  /**
   * Sends a batch to a node. It never throws. False: the batch was not sent, and can be sent again later.
   *
   * `transfer` lists objects of a structured batch that move to the other side.
   */
  send(to: string, batch: Batch, transfer?: readonly unknown[]): boolean;
  /**
   * Claims an actor's id for this node. Resolves with the id of the node that owns it: of several that claim it at once, one does. Rejects with a
   * `ClaimRefused` if this node may not have it; after any other error the broker claims it again, once a second.
   */
  claim(id: string): PromiseLike<string>;
  /** Gives a claimed id up. */
  release(id: string): void;
  /** Leaves the cluster: the others are told `down`, and the claims of this node are gone. */
  close(): PromiseLike<void>;
}
