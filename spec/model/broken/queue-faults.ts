import type { Priority } from 'rx-broker';
import { LOWEST_FIRST, ModelMailbox, byPriority } from '../model-mailbox';
import type { ModelMessage } from '../model-message';
import { type Fault, patch, patchGetter } from './fault';

/** Faults in how a mailbox queues, admits or runs messages. */
export const QUEUE_FAULTS: readonly Fault[] = [
  {
    name: 'one more than the capacity',
    breakIt: () =>
      patchGetter(ModelMailbox, 'isFull', function () {
        return this.queue.length > this.spec.capacity;
      }),
  },
  {
    name: 'last in, first out',
    breakIt: () =>
      patch(ModelMailbox, 'head', () => function (priority: Priority) {
        return this.queue.filter((message) => message.priority === priority).at(-1);
      }),
  },
  {
    name: 'priorities upside down',
    breakIt: () =>
      patch(ModelMailbox, 'takeNext', () => function () {
        return this.takeOut(this.head(LOWEST_FIRST.find((priority) => this.head(priority) !== undefined)!)!);
      }),
  },
  { name: 'the newcomer dropped where the oldest should go', breakIt: () => patch(ModelMailbox, 'victimFor', () => () => undefined) },
  {
    name: 'a free place is given to no waiter',
    breakIt: () =>
      patch(ModelMailbox, 'takeOut', () => function (message: ModelMessage) {
        for (const list of [this.queue, this.waiting]) if (list.includes(message)) list.splice(list.indexOf(message), 1);
        return message;
      }),
  },
  {
    name: 'one turn more than the concurrency',
    breakIt: () =>
      patchGetter(ModelMailbox, 'hasFreeSeat', function () {
        return this.seats.length <= this.spec.concurrency;
      }),
  },
  {
    name: 'a paused mailbox that goes on',
    breakIt: () =>
      patchGetter(ModelMailbox, 'mayBegin', function () {
        return this.hasConsumer && this.start === 'done' && this.hasFreeSeat;
      }),
  },
  {
    name: 'a paused mailbox that takes a message from outside as an idle one',
    breakIt: () =>
      patchGetter(ModelMailbox, 'isIdle', function () {
        return this.hasConsumer && this.start === 'done' && this.hasFreeSeat && this.queue.length === 0;
      }),
  },
  {
    name: 'clear leaves those that wait',
    breakIt: () =>
      patch(ModelMailbox, 'takeAll', () => function () {
        return byPriority(this.queue.splice(0));
      }),
  },
  {
    name: 'clear loses the messages in the order in which they came',
    breakIt: () =>
      patch(ModelMailbox, 'takeAll', () => function () {
        return [...this.queue.splice(0), ...this.waiting.splice(0)];
      }),
  },
  { name: 'an expired message that is run', breakIt: () => patch(ModelMailbox, 'isExpired', () => () => false) },
];
