import { type WorkerLike, messagePortTransport } from 'rx-broker/transports/message-port';
import type { Wire } from '../../contracts/broker/wired-nodes';
import { type ConnectOrder, isMark } from './middle';

/** Starts the worker that stands in the middle: a thread of Node, or a worker of a browser. */
export async function startMiddle(): Promise<WorkerLike> {
  if ('document' in globalThis) return new Worker(new URL('./middle-web-worker.ts', import.meta.url), { type: 'module' });
  const { startWorkerThread } = await import('./worker-thread');
  return startWorkerThread('middle-worker.ts');
}

/** Two transports of this thread. What one sends crosses into the worker, and back to the other one. */
export function throughWorker(worker: WorkerLike, by: ConnectOrder['by']): Wire {
  const channels = [new MessageChannel(), new MessageChannel()] as const;
  const ports = channels.map(({ port1 }) => port1);
  const order: ConnectOrder = { by, ports: [channels[0].port2, channels[1].port2] };
  worker.postMessage(order, order.ports);
  let lastMark = 0;
  /** What is told of each mark that comes back. */
  const awaited = new Map<number, () => void>();
  const transports = ports.map((port) => {
    port.addEventListener('message', ({ data }) => {
      if (isMark(data)) awaited.get(data.mark)?.();
    });
    return messagePortTransport(port, { heartbeat: Infinity });
  });
  return {
    transports,
    // A port keeps the order. A mark from each port that is back at both has pushed everything before it through.
    delivered: () =>
      new Promise((resolve) => {
        const mark = ++lastMark;
        let missing = ports.length ** 2;
        awaited.set(mark, () => {
          if (--missing > 0) return;
          awaited.delete(mark);
          resolve();
        });
        for (const port of ports) port.postMessage({ mark });
      }),
    async end() {
      await Promise.all(transports.map((transport) => transport.close()));
      for (const port of ports) port.close();
    },
  };
}
