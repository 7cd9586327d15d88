import { parentPort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { actorId } from 'rx-broker';
import { DistributedMessageBroker } from 'rx-broker/distributed';
import { type MessagePortLike, messagePortTransport } from 'rx-broker/transports/message-port';

/** The ports that this worker is given. A part that does not use one of its ends pays nothing for it. */
export interface FarPorts {
  readonly ours: MessagePortLike;
  readonly bare: MessagePort;
  readonly comlink: MessagePort;
  /** The first of the actors of this worker, and how many it has. */
  readonly from: number;
  readonly count: number;
}

/** What the bare end is told. */
export interface BareAsk {
  readonly id: number;
  readonly n: number;
  /** How many answers there are to be. */
  readonly answers: number;
}

/** The worker at the other end: what answers asks, bare messages, and calls of Comlink. */
parentPort!.once('message', ({ ours, bare, comlink, from, count }: FarPorts) => {
  const broker = new DistributedMessageBroker(messagePortTransport(ours, { heartbeat: Infinity }));
  broker.spawn(actorId(`echo-${from}`), ({ n }: { n: number }) => ({ n: n + 1 }), { concurrency: 4096, capacity: Infinity });
  for (let index = from; index < from + count; index++) broker.spawn(actorId(`crowd-${index}`), ({ n }: { n: number }) => ({ n: n + index }));
  bare.addEventListener('message', ({ data }: MessageEvent<BareAsk>) => {
    for (let answer = 0; answer < data.answers; answer++) bare.postMessage({ id: data.id, n: data.n + 1 });
  });
  bare.start();
  Comlink.expose({ next: ({ n }: { n: number }) => ({ n: n + 1 }) }, comlink);
});
