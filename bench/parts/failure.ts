import { actorId, InMemoryMessageBroker, Mailbox, type ActorId } from 'rx-broker';
import { against } from '../harness/against';
import { distinctHandlers, type Tally } from '../harness/handlers';
import type { Part } from '../harness/part';
import type { Work } from '../harness/work';

const operations = 8192;
const actors = 16;
const idsOf = (name: string): readonly ActorId<number>[] =>
  Array.from({ length: actors }, (_, index) => actorId<number>(`${name}-${String(index)}`));

/** The first row of the table: idle actors with distinct handlers. */
function accepted(): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  const ids = idsOf('idle');
  const handlers = distinctHandlers(actors, tally);
  ids.forEach((id, index) => broker.spawn(id, handlers[index]!));
  return {
    name: 'accepted trySend',
    operations,
    run() {
      for (let index = 0; index < operations; index++) broker.trySend(ids[index % actors]!, index);
    },
    arrived: () => tally.arrived,
  };
}

/** A flood at actors that take nothing. What arrives is the refusal: each is returned, and counted by its code. */
function refused(by: 'full' | 'unknown', letters: 'observed' | 'unobserved'): Work {
  // Its log would write the first ten out, amid the tables.
  const broker = new InMemoryMessageBroker({ logger: { warn: () => undefined } });
  const ids = idsOf(by);
  if (by === 'full') {
    for (const id of ids) {
      broker.register(id, Mailbox.bounded<number>(1));
      broker.trySend(id, 0);
    }
  }
  let seen = 0;
  if (letters === 'observed') broker.deadLetters$.subscribe(() => seen++);
  let returned = 0;
  return {
    name: 'refused trySend',
    operations,
    run() {
      for (let index = 0; index < operations; index++) if (!broker.trySend(ids[index % actors]!, index).ok) returned++;
    },
    arrived() {
      const { totalFailed } = broker.metrics();
      if (totalFailed !== returned) throw new Error(`${String(returned)} were refused, ${String(totalFailed)} are counted.`);
      if (letters === 'observed' && seen !== returned) throw new Error(`${String(returned)} were refused, ${String(seen)} letters seen.`);
      return returned;
    },
  };
}

export const failure: Part = {
  title: 'Failure',
  about: 'A flood of refused messages, each beside an accepted one: a broker under overload must not become slower than it was.',
  cases: {
    full: async (bench) => {
      const row = { work: 'refused, mailbox full', budget: 'refusal, full / trySend' };
      return [await against(bench, { ...row, ours: refused('full', 'unobserved'), floor: accepted() })];
    },
    unknown: async (bench) => {
      const row = { work: 'refused, actor unknown', budget: 'refusal, unknown actor / trySend' };
      return [await against(bench, { ...row, ours: refused('unknown', 'unobserved'), floor: accepted() })];
    },
    letters: async (bench) => {
      const row = { work: 'refused, dead letters observed', budget: 'refusal, letters observed / trySend' };
      return [await against(bench, { ...row, ours: refused('full', 'observed'), floor: accepted() })];
    },
  },
};
