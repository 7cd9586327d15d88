import type { BrokerParts } from '../broker/broker-parts';
import { parsePattern, parseTopic } from '../message/topic-pattern';
import type { Authorize } from './authorize';
import type { NodeMetrics } from './cluster-metrics';
import type { Codec } from './codec/codec';
import type { Directory } from './directory';
import type { Interest } from './interest';
import type { Frame, NewsFrame } from './link/frames';
import { decode, takeReply } from './link/replies';
import type { Peer } from './peer';
import type { RetainedValues } from './retained-values';

/** The parts of a cluster to which frames go. */
export interface FrameHandlerParts {
  readonly parts: BrokerParts;
  readonly codec: Codec;
  /** `undefined`: everything may pass. */
  readonly authorize: Authorize | undefined;
  readonly directory: Directory;
  readonly interest: Interest;
  readonly retained: RetainedValues;
  /** A node has said hello. Returns false if it had done so before. */
  readonly greeted: (peer: Peer, newest: number, oldest: number, name: string, namespace: string) => boolean;
  readonly synced: (peer: Peer) => void;
  readonly measure: () => NodeMetrics;
  readonly measured: (peer: Peer, ref: number, metrics: NodeMetrics) => void;
}

/** Does what a frame of another node says. Returns false if it makes no sense. A node that was not met can only say hello. */
export function handleFrame(handler: FrameHandlerParts, peer: Peer, frame: Frame): boolean {
  if (frame[0] === 'hello') return handler.greeted(peer, frame[1], frame[2], frame[3], frame[4]);
  if (!peer.isMet) return peer.state === 'foreign';
  const { receiver } = peer;
  switch (frame[0]) {
    case 'ask':
    case 'offer':
      return receiver.ask(frame);
    case 'tell':
      return receiver.tell(frame);
    case 'broadcast':
      return receiver.broadcast(frame);
    case 'publish':
      return isWellFormed(() => parseTopic(frame[1])) && receiver.publish(frame);
    case 'cancel':
      receiver.cancel(frame[1]);
      return true;
    case 'value':
    case 'next':
    case 'complete':
    case 'failed':
    case 'error':
      return takeReply(frame, peer.sender.asks, handler.codec, handler.parts.dispatcher);
    case 'measure': {
      const { metrics, badFrames } = handler.measure();
      peer.link.post(['measured', frame[1], metrics, badFrames]);
      return true;
    }
    case 'measured':
      handler.measured(peer, frame[1], { metrics: frame[2], badFrames: frame[3] });
      return true;
    default:
      return handler.parts.dispatcher.step(() => takeNews(handler, peer, frame));
  }
}

function takeNews(handler: FrameHandlerParts, peer: Peer, frame: NewsFrame): boolean {
  const { authorize = () => true, directory, interest, parts, retained } = handler;
  const from = peer.nodeId;
  const headers = {};
  switch (frame[0]) {
    case 'registered': {
      const [, target, isClosed, patterns] = frame;
      if (!patterns.every((pattern) => isWellFormed(() => parsePattern(pattern)))) return false;
      if (authorize({ kind: 'register', from, target, headers })) {
        directory.told(peer, target, isClosed, patterns.filter((topic) => authorize({ kind: 'bind', from, target, topic, headers })));
      }
      return true;
    }
    case 'gone':
      directory.gone(peer, frame[1]);
      return true;
    case 'closed':
      directory.remoteClosed(peer, frame[1]);
      return true;
    case 'bind':
    case 'unbind': {
      const [kind, topic, target] = frame;
      if (!isWellFormed(() => parsePattern(topic))) return false;
      if (kind === 'unbind' || authorize({ kind, from, target, topic, headers })) directory.remoteBound(peer, kind, topic, target);
      return true;
    }
    case 'interest':
      return isWellFormed(() => interest.told(peer, frame[1], frame[2]));
    case 'clear': {
      const [kind, topic, revision] = frame;
      if (!isWellFormed(() => parseTopic(topic))) return false;
      if (authorize({ kind, from, topic, headers })) retained.takeClear(topic, revision);
      return true;
    }
    case 'retained': {
      const [, topic, revision, payload] = frame;
      const decoded = isWellFormed(() => parseTopic(topic)) ? decode(handler.codec, payload) : undefined;
      if (decoded === undefined) return false;
      const message = decoded.value;
      if (!authorize({ kind: 'publish', from, topic, message, headers }) || !retained.take(topic, message, revision)) return true;
      parts.system.freeze(message);
      const announcement = parts.topics.announcementOf(topic, message, true);
      if (announcement !== undefined) parts.dispatcher.add(announcement);
      return true;
    }
    case 'synced':
      handler.synced(peer);
      return true;
    case 'leaving':
      peer.isLeaving = true;
      directory.leaving(peer);
      peer.link.post(['let-go']);
      return true;
    case 'let-go':
      // As a step, since a closing broker checks after each step whether something is left to do.
      parts.dispatcher.step(() => void (peer.hasLetGo = true));
      return true;
  }
}

/** Whether a topic or a pattern of another node is well-formed, so that reading it throws nothing. */
function isWellFormed(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
