import type { BrokerParts } from '../broker/broker-parts';
import type { Authorize } from './authorize';
import type { ClusterSettings } from './distributed-options';
import type { Frame } from './link/frames';
import { LONGEST_TEXT } from './link/read-frame';
import type { Ticks } from './link/ticks';
import { Peer } from './peer';
import type { RetainedValues } from './retained-values';
import type { Batch, Transport } from './transport';

/**
 * The most frames that wait to be sent to a node, beside the messages that its window allows. Replies and news have no window, since a node that
 * lives gives receipts for them.
 */
const MOST_WAITING = 262_144;

export interface PeerFactoryParts {
  readonly parts: BrokerParts;
  readonly settings: ClusterSettings;
  readonly transport: Transport;
  readonly ticks: Ticks;
  readonly authorize: Authorize | undefined;
  readonly retained: RetainedValues;
  readonly isConnected: () => boolean;
  /** Does what a frame of a node says. Returns false if the frame makes no sense. */
  readonly handle: (peer: Peer, frame: Frame) => boolean;
  /** A node has sent something that cannot be read. */
  readonly bad: (peer: Peer) => void;
  /** A node gives no receipts, and too much waits for it. */
  readonly silent: (peer: Peer) => void;
}

/** Makes the parts of this node that face one other node. */
export function peerFactory(setup: PeerFactoryParts): (nodeId: string) => Peer {
  const { authorize, isConnected, parts, retained, settings, ticks, transport } = setup;
  const { dispatcher, system, topics, broadcasts } = parts;
  const { codec, maxFrame, window } = settings;
  const { maxBatch } = transport;
  const retain = retained.take.bind(retained);
  const maxText = Math.min(LONGEST_TEXT, Math.floor(maxBatch / 8));
  const receiver = { system, topics, broadcasts, codec, maxFrame, window, authorize, maxText, isConnected, retain };
  return (nodeId) => {
    const peer: Peer = new Peer(nodeId, ticks.scheduler.now(), receiver, {
      ...{ dispatcher, maxBatch, ticks, packing: codec.packing, mostWaiting: MOST_WAITING + window },
      send: (batch, transfer) => send(setup, nodeId, batch, transfer),
      handle: (frame) => setup.handle(peer, frame),
      bad: () => setup.bad(peer),
      isConnected,
      silent: () => setup.silent(peer),
    });
    return peer;
  };
}

/** A transport of the user's may throw, though it must not. */
function send({ parts, transport }: PeerFactoryParts, nodeId: string, batch: Batch, transfer: readonly unknown[] | undefined): boolean {
  try {
    return transport.send(nodeId, batch, transfer);
  } catch (error) {
    parts.system.journal.callbackFailed('send of the transport', error);
    return false;
  }
}
