import { actorId, InMemoryMessageBroker, Mailbox } from 'rx-broker';
import { against } from '../harness/against';
import type { Case, Part } from '../harness/part';
import type { Work } from '../harness/work';
import { operations } from '../workloads/sending';
import { subjects, warm, type Traffic } from '../workloads/traffic';

/** Sends to actors that take no message. A message has arrived when its refusal is returned and the broker has counted it. */
function refused({ ids, order }: Traffic, by: 'unknown actor' | 'full mailbox', isObserved = false): Work {
  const isFull = by === 'full mailbox';
  // The default logger would write the first ten dead letters into the tables.
  const broker = new InMemoryMessageBroker({ logger: { warn: () => undefined } });
  for (const id of ids) {
    broker.register(id, Mailbox.bounded<number>(1));
    if (isFull) broker.trySend(id, 0);
  }
  const targets = isFull ? ids : ids.map((id) => actorId<number>(`unknown-${id}`));
  let letters = 0;
  if (isObserved) broker.deadLetters$.subscribe(() => letters++);
  let returned = 0;
  return {
    name: 'refused trySend',
    operations,
    run() {
      for (let index = 0; index < operations; index++) if (!broker.trySend(targets[order[index]!]!, index).ok) returned++;
    },
    arrived() {
      const { totalFailed } = broker.metrics();
      if (totalFailed !== returned) throw new Error(`${returned} were refused, ${totalFailed} are counted.`);
      if (isObserved && letters !== returned) throw new Error(`${returned} were refused, ${letters} letters seen.`);
      return returned;
    },
  };
}

const refusal =
  (by: 'unknown actor' | 'full mailbox'): Case =>
  async (bench) => {
    const traffic = warm();
    const row = { work: `refused, ${by}`, budget: `refusal, ${by} / map + Subject.next` };
    return [await against(bench, { ...row, ours: refused(traffic, by), floor: subjects(traffic) })];
  };

export const failure: Part = {
  title: 'Failure',
  about: 'A flood of refused messages, beside a Map of Subjects that takes them: a broker under overload must not become slow.',
  cases: {
    unknown: refusal('unknown actor'),
    full: refusal('full mailbox'),
    letters: async (bench) => {
      const traffic = warm();
      const row = { work: 'refused, full mailbox, dead letters observed' };
      return [await against(bench, { ...row, ours: refused(traffic, 'full mailbox', true), floor: subjects(traffic) })];
    },
  },
};
