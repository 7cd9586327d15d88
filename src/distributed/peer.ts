import { Link, type LinkSetup } from './link/link';
import { NEWEST_VERSION, OLDEST_VERSION } from './link/frames';
import { Receiver, type ReceiverParts } from './link/receiver';
import { Sender } from './link/sender';
import type { NodeInfo } from './transport';

/**
 * Another node, as this one sees it.
 *
 * - `unknown`: it has not said hello.
 * - `met`: both know each other, and speak one version.
 * - `foreign`: it is of another namespace, or speaks no version that this one does. Nothing goes there.
 */
export type PeerState = 'unknown' | 'met' | 'foreign';

/** Another node: the link to it, and the two directions of messages. */
export class Peer {
  readonly nodeId: string;
  readonly link: Link;
  readonly sender: Sender;
  readonly receiver: Receiver;
  state: PeerState = 'unknown';
  info: NodeInfo;
  /** Whether it has told everything that was there when the nodes met. */
  isSynced = false;
  /** Whether it has answered the `leaving` of this node, so that it sends no more messages here. */
  hasLetGo = false;
  /** Whether it is leaving itself. */
  isLeaving = false;
  /** The topics whose retained message it has not been sent, for want of credit. */
  readonly owed: Set<string> = new Set();

  constructor(nodeId: string, joinedAt: number, parts: Omit<ReceiverParts, 'post'>, setup: LinkSetup) {
    this.nodeId = nodeId;
    this.info = { nodeId, name: '', version: NEWEST_VERSION, joinedAt };
    this.link = new Link(setup);
    const full: ReceiverParts = { ...parts, post: (head) => this.link.post(head) };
    this.sender = new Sender(nodeId, full, this.link.outbox);
    this.receiver = new Receiver(nodeId, full, this.link.outbox);
  }

  get isMet(): boolean {
    return this.state === 'met';
  }

  hello(name: string, namespace: string): void {
    this.link.post(['hello', NEWEST_VERSION, OLDEST_VERSION, name, namespace]);
  }

  /** It has said hello. Returns why it cannot be met, if so. The two agree on the lower one of their newest versions. */
  meet(newest: number, oldest: number, name: string, isOfNamespace: boolean): string | undefined {
    const version = Math.min(newest, NEWEST_VERSION);
    const isUnderstood = version >= Math.max(oldest, OLDEST_VERSION);
    this.state = isOfNamespace && isUnderstood ? 'met' : 'foreign';
    this.info = { ...this.info, name, version };
    return isUnderstood ? undefined : `it speaks the versions ${oldest} to ${newest} of the frames, this one ${OLDEST_VERSION} to ${NEWEST_VERSION}`;
  }
}
