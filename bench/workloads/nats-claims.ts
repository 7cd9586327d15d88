import { Kvm } from '@nats-io/kv';
import { type Registration, actorId } from 'rx-broker';
import type { TimedWork } from '../harness/wall-clock';
import type { Ends } from './nats-ends';

const CLAIMS = 10_000;

/** New ids for each time: one that was claimed before is another work. */
const idsOf = (name: string, time: number): readonly string[] => Array.from({ length: CLAIMS }, (_, i) => `${name}-${time}-${i}`);

/** Registers actors, and waits until this node owns all of them. A claim is one of 10,000 at once. */
export function claimsOfOurs({ broker }: Ends): TimedWork {
  let times = 0;
  return {
    name: 'spawn',
    async time() {
      const ids = idsOf('claimed', times++);
      const startedAt = performance.now();
      const registrations: readonly Registration[] = ids.map((id) => broker.spawn(actorId(id), () => 0));
      await Promise.all(registrations.map(({ ready }) => ready));
      const ns = ((performance.now() - startedAt) * 1e6) / CLAIMS;
      if (!ids.every((id) => broker.nodeOf(id) === broker.nodeId)) throw new Error('not all ids are owned here');
      for (const registration of registrations) registration.unsubscribe();
      // Claims go in order: what is released is free before this one is there.
      await broker.spawn(actorId(`released-${times}`), () => 0).ready;
      return ns;
    },
  };
}

/** Makes keys of a bucket, each of which must not be there. */
export async function claimsOfBare({ connection }: Ends): Promise<TimedWork> {
  const bucket = await new Kvm(connection).create('bare', { history: 1, storage: 'file', markerTTL: 60_000 });
  let times = 0;
  return {
    name: 'kv.create',
    async time() {
      const ids = idsOf('bare', times++);
      const startedAt = performance.now();
      const revisions = await Promise.all(ids.map((id) => bucket.create(id, 'this node')));
      const ns = ((performance.now() - startedAt) * 1e6) / CLAIMS;
      if (new Set(revisions).size !== CLAIMS) throw new Error('not all keys were made');
      await Promise.all(ids.map((id) => bucket.delete(id)));
      return ns;
    },
  };
}
