import { type MessagePortLike, hubTransport } from 'rx-broker/transports/message-port';

/** What the worker of the laws is told: to connect two ports, as a hub or as a mere wire. */
export interface ConnectOrder {
  readonly by: 'hub' | 'wire';
  readonly ports: readonly [MessagePort, MessagePort];
}

/** What goes through a port behind everything else, and comes back at both. */
export interface Mark {
  readonly mark: number;
}

export function isMark(data: unknown): data is Mark {
  return typeof data === 'object' && data !== null && 'mark' in data;
}

/** Stands in a worker, between two ports of the thread that has started it. `owner` leads to that thread. */
export function standInTheMiddle(owner: MessagePortLike): void {
  const take = ({ by, ports }: ConnectOrder): void => {
    const hub = by === 'hub' ? hubTransport({ heartbeat: Infinity }) : undefined;
    for (const [index, port] of ports.entries()) {
      hub?.add(port);
      port.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (isMark(data)) for (const each of ports) each.postMessage(data);
        else if (by === 'wire') ports[1 - index]?.postMessage(data);
      });
      port.start();
    }
  };
  if (owner.on === undefined) owner.addEventListener?.('message', ({ data }: MessageEvent<ConnectOrder>) => take(data));
  else owner.on('message', take);
}
