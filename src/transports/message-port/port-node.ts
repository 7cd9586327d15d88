import { Owners } from '../../distributed/owners';
import type { PickTransfer, TransportListener } from '../../distributed/transport';
import { actorId } from '../../message/actor-id';
import { DEFAULT_HEARTBEAT, type MessagePortOptions } from './message-port-options';

/** What both transports over ports have: an id, the facts about batches, and the table of owners. */
export abstract class PortNode {
  readonly nodeId: string = actorId();
  readonly maxBatch: number = Infinity;
  readonly structured = true;
  readonly transfer?: PickTransfer;
  protected readonly heartbeat: number;
  protected readonly owners: Owners = new Owners();
  /** `undefined` until it has started. */
  protected listener: TransportListener | undefined;

  constructor({ transfer, heartbeat = DEFAULT_HEARTBEAT }: MessagePortOptions) {
    this.heartbeat = heartbeat;
    if (transfer !== undefined) this.transfer = transfer;
  }

  /** Vue's `reactive` makes no proxy of an object that has this. */
  get __v_skip(): boolean {
    return true;
  }

  /** @throws {Error} if it has started before. */
  protected listenWith(listener: TransportListener): void {
    if (this.listener !== undefined) throw new Error('a transport can be started once: a node that returns needs a new one');
    this.listener = listener;
  }
}
