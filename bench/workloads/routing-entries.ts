import { InMemoryMessageBroker, Mailbox } from 'rx-broker';
import { heapByKind } from '../harness/heap-by-kind';
import { idsOf } from './sending';

/** Mailboxes in all, at least: with 25,000 the table of a Map is as full as with 100,000. */
const least = 25_000;

/**
 * The bytes that a broker keeps to find so many actors: the kinds of objects of which there are more while the actors are registered than
 * after they have left, with their mailboxes held both times. A plain difference would not do, since a mailbox that has left its broker
 * keeps things of its own.
 */
export function bytesOfEntries(actors: number): number {
  const brokers = Math.max(1, Math.round(least / actors));
  const registered = heapOf(() => build(actors, brokers, true));
  const left = heapOf(() => build(actors, brokers, false));
  let bytes = 0;
  for (const [kind, size] of registered) {
    const difference = size - (left.get(kind) ?? 0);
    // The engine compiles while this runs.
    if (difference > 0 && !kind.startsWith('code')) bytes += difference;
  }
  return bytes / brokers;
}

/** A function of its own, so that no frame keeps the actors alive. */
function heapOf(make: () => unknown): ReadonlyMap<string, number> {
  const kept = [make()];
  const heap = heapByKind();
  // Read after the snapshot, so that the actors are alive during it.
  if (kept.length !== 1) throw new Error('unreachable');
  return heap;
}

function build(actors: number, brokers: number, stay: boolean): unknown {
  const ids = idsOf(actors);
  return Array.from({ length: brokers }, () => {
    const broker = new InMemoryMessageBroker();
    const mailboxes = ids.map((id) => {
      const mailbox = Mailbox.unbounded<number>();
      broker.register(id, mailbox);
      return mailbox;
    });
    if (!stay) for (const id of ids) broker.unregister(id);
    if (broker.registeredCount() !== (stay ? actors : 0)) throw new Error('The registry does not hold what it was given.');
    return [mailboxes, broker];
  });
}
