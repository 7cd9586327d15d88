import type { Peer } from './peer';

/** Ours. */
export const ours = async (): Promise<Peer> => (await import('./rx-broker')).rxBroker;

/** The others, in the order of their table. Each is loaded where it is measured: it brings its framework. */
export const peers: Readonly<Record<string, () => Promise<Peer>>> = {
  'Map of Subjects': async () => (await import('./map-of-subjects')).mapOfSubjects,
  Subject: async () => (await import('./subject')).subject,
  eventemitter3: async () => (await import('./eventemitter3')).eventemitter3,
  XState: async () => (await import('./xstate')).xstate,
  nact: async () => (await import('./nact')).nact,
  Effect: async () => (await import('./effect')).effect,
  'message-broker': async () => (await import('./message-broker')).messageBroker,
  postal: async () => (await import('./postal')).postal,
  'NgRx events': async () => (await import('./ngrx-events')).ngrxEvents,
  '@nestjs/cqrs': async () => (await import('./nestjs-cqrs')).nestjsCqrs,
};
