import EventEmitter from 'eventemitter3';
import { type BrokerEvent, InMemoryMessageBroker } from 'rx-broker';
import { Subject } from 'rxjs';
import { against } from '../harness/against';
import type { Part } from '../harness/part';
import type { Work } from '../harness/work';
import { operations } from '../workloads/sending';
import { cold, handlers, subjects, warm, type Traffic } from '../workloads/traffic';

function trySend({ ids, order }: Traffic, priority?: 'high'): Work {
  const broker = new InMemoryMessageBroker();
  const { tally, handlerOf } = handlers();
  ids.forEach((id, index) => broker.spawn(id, handlerOf(index)));
  const options = priority && { priority };
  return {
    name: options ? `trySend, ${options.priority}` : 'trySend',
    operations,
    // Two loops, since a user writes the call with options or without.
    run: options
      ? () => {
          for (let index = 0; index < operations; index++) broker.trySend(ids[order[index]!]!, index, options);
        }
      : () => {
          for (let index = 0; index < operations; index++) broker.trySend(ids[order[index]!]!, index);
        },
    arrived: () => tally.arrived,
  };
}

function functions({ ids, order }: Traffic): Work {
  const { tally, handlerOf } = handlers();
  const bus = new Map<string, (message: number) => void>(ids.map((id, index) => [id, handlerOf(index)]));
  return {
    name: 'map.get + direct call',
    operations,
    run() {
      for (let index = 0; index < operations; index++) bus.get(ids[order[index]!]!)!(index);
    },
    arrived: () => tally.arrived,
  };
}

function emitter({ ids, order }: Traffic): Work {
  const { tally, handlerOf } = handlers();
  const bus = new EventEmitter<Record<string, (message: number) => void>>();
  ids.forEach((id, index) => bus.on(id, handlerOf(index)));
  return {
    name: 'eventemitter3.emit',
    operations,
    run() {
      for (let index = 0; index < operations; index++) bus.emit(ids[order[index]!]!, index);
    },
    arrived: () => tally.arrived,
  };
}

/** `trySend` while somebody observes all events: three for each message. */
function observedSend({ ids, order }: Traffic): Work {
  const broker = new InMemoryMessageBroker();
  const { tally, handlerOf } = handlers();
  ids.forEach((id, index) => broker.spawn(id, handlerOf(index)));
  let seen = 0;
  broker.events$.subscribe(() => seen++);
  return {
    name: 'trySend, events$ observed',
    operations,
    run() {
      for (let index = 0; index < operations; index++) broker.trySend(ids[order[index]!]!, index);
    },
    arrived() {
      if (seen !== 3 * tally.arrived) throw new Error(`${seen} events of ${tally.arrived} messages.`);
      return tally.arrived;
    },
  };
}

/** The events of a message as literals, through a Subject. */
function literals({ ids, order }: Traffic): Work {
  const subject = new Subject<BrokerEvent>();
  const tally = { arrived: 0 };
  subject.subscribe(({ kind }) => {
    if (kind === 'settled') tally.arrived++;
  });
  const headers = {};
  const [id, at, priority, asked] = ['broker:message-1', Date.now(), 'normal', false] as const;
  return {
    name: 'three literals through a Subject',
    operations,
    run() {
      for (let message = 0; message < operations; message++) {
        const target = ids[order[message]!]!;
        subject.next({ kind: 'sent', id, target, message, priority, asked, at, broadcast: false, attempt: 1, headers });
        subject.next({ kind: 'delivered', id, target, message, priority, asked, at });
        subject.next({ kind: 'settled', id, target, message, priority, asked, at, outcome: 'succeeded' });
      }
    },
    arrived: () => tally.arrived,
  };
}

export const send: Part = {
  title: 'Fire and forget',
  about: 'trySend to idle actors with 16 distinct synchronous handlers, beside hand-made buses that do the same.',
  cases: {
    subject: async (bench) => {
      const traffic = warm();
      const row = { work: 'trySend, 1,000 actors', budget: 'trySend / map + Subject.next' };
      return [await against(bench, { ...row, ours: trySend(traffic), floor: subjects(traffic) })];
    },
    direct: async (bench) => {
      const traffic = warm();
      const row = { work: 'the same', budget: 'trySend / map + direct call' };
      return [await against(bench, { ...row, ours: trySend(traffic), floor: functions(traffic) })];
    },
    emitter: async (bench) => {
      const traffic = warm();
      const row = { work: 'the same', budget: 'trySend / eventemitter3' };
      return [await against(bench, { ...row, ours: trySend(traffic), floor: emitter(traffic) })];
    },
    cold: async (bench) => {
      const traffic = cold();
      const row = { work: 'trySend, random one of 100,000 actors', budget: 'trySend among 100,000 / map + Subject.next' };
      return [await against(bench, { ...row, ours: trySend(traffic), floor: subjects(traffic) })];
    },
    observed: async (bench) => {
      const traffic = warm();
      const row = { work: 'trySend, events$ observed', budget: 'trySend observed / three literals through a Subject' };
      return [await against(bench, { ...row, ours: observedSend(traffic), floor: literals(traffic) })];
    },
    priority: async (bench) => {
      const traffic = warm();
      const row = { work: 'trySend with priority high', budget: 'priority / normal' };
      return [await against(bench, { ...row, ours: trySend(traffic, 'high'), floor: trySend(traffic) })];
    },
  },
};
