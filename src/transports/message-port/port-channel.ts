import { Heartbeat } from './heartbeat';
import { type MessagePortLike, listenTo } from './message-port-like';
import { type PortMessage, readPortMessage, tagged } from './port-message';

/** Is told what happens at a port. */
export interface ChannelListener {
  message(message: PortMessage): void;
  /** The other end has said nothing for too long (`silent`), or is gone. */
  lost(how: 'silent' | 'closed'): void;
  /** A message came that could not be read. */
  unreadable(): void;
}

/** A port with its heartbeat. */
export class PortChannel {
  readonly #port: MessagePortLike;
  readonly #heartbeat: Heartbeat;
  readonly #stop: () => void;

  constructor(port: MessagePortLike, heartbeat: number, listener: ChannelListener) {
    this.#port = port;
    this.#heartbeat = new Heartbeat(heartbeat, () => this.post(['ping']), () => listener.lost('silent'));
    this.#stop = listenTo(port, {
      message: (given) => {
        const message = readPortMessage(given);
        if (message === undefined) return;
        this.#heartbeat.heard();
        listener.message(message);
      },
      unreadable: () => listener.unreadable(),
      closed: () => listener.lost('closed'),
    });
  }

  post(message: PortMessage): void {
    this.#port.postMessage(tagged(message));
  }

  /** Sends a batch. In the place of a payload that the platform refuses to clone goes an error, so that its message fails at the receiver, and no other. */
  postBatch(to: string, from: string, batch: unknown, transfer: readonly unknown[]): void {
    try {
      // Node sends such a message, of which nothing arrives.
      if (transfer.some(isDetached)) throw new TypeError('a buffer has moved before');
      this.#port.postMessage(tagged(['batch', to, from, batch, transfer]), transfer);
    } catch {
      this.post(['batch', to, from, salvaged(batch), []]);
    }
  }

  /** The other end is no longer expected to say anything. A message of it is still heard. */
  rest(): void {
    this.#heartbeat.stop();
  }

  close(): void {
    this.#heartbeat.stop();
    this.#stop();
  }
}

/** Whether this is a buffer that has moved to elsewhere. */
function isDetached(value: unknown): boolean {
  if (!(value instanceof ArrayBuffer) || value.byteLength > 0) return false;
  try {
    new Uint8Array(value);
    return false;
  } catch {
    return true;
  }
}

/** A copy of data in which an error stands for each part that cannot be cloned. */
function salvaged(data: unknown): unknown {
  try {
    return structuredClone(data);
  } catch (error) {
    return Array.isArray(data) ? data.map(salvaged) : new Error(String(error));
  }
}
