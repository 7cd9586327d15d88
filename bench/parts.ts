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
  peers: async () => (await import('./parts/peers')).peers,
};
