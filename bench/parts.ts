import type { Part } from './harness/part';

/** The parts of the bench, in the order of its tables. Each is loaded when its turn comes: it brings what it is compared with. */
export const parts: Readonly<Record<string, () => Promise<Part>>> = {
  send: async () => (await import('./parts/send')).send,
  request: async () => (await import('./parts/request')).request,
  broadcast: async () => (await import('./parts/broadcast')).broadcast,
  failure: async () => (await import('./parts/failure')).failure,
  queue: async () => (await import('./parts/queue')).queue,
  operators: async () => (await import('./parts/operators')).operators,
  memory: async () => (await import('./parts/memory')).memory,
  bundle: async () => (await import('./parts/bundle')).bundle,
  'reference-latency': async () => (await import('./parts/reference-latency')).referenceLatency,
  'reference-throughput': async () => (await import('./parts/reference-throughput')).referenceThroughput,
  'reference-scalability': async () => (await import('./parts/reference-scalability')).referenceScalability,
  'reference-published': async () => (await import('./parts/reference-published')).referencePublished,
  'scale-actors': async () => (await import('./parts/scale-actors')).scaleActors,
  'scale-queues': async () => (await import('./parts/scale-queues')).scaleQueues,
  'scale-topics': async () => (await import('./parts/scale-topics')).scaleTopics,
  'scale-requests': async () => (await import('./parts/scale-requests')).scaleRequests,
  'scale-observers': async () => (await import('./parts/scale-observers')).scaleObservers,
  distributed: async () => (await import('./parts/distributed')).distributed,
  ports: async () => (await import('./parts/ports')).ports,
  nats: async () => (await import('./parts/nats')).nats,
  soak: async () => (await import('./parts/soak')).soak,
  peers: async () => (await import('./parts/peers')).peers,
};
