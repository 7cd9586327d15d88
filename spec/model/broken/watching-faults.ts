import { ModelCore } from '../model-core';
import { ModelDispatcher } from '../model-dispatcher';
import { ModelMailbox } from '../model-mailbox';
import type { ModelMessage } from '../model-message';
import { ModelSomeEvents } from '../model-some-events';
import { type Fault, patch, patchGetter } from './fault';

/** Faults in what observers of `idle$` and of some actors, and `onError`, are told. */
export const WATCHING_FAULTS: readonly Fault[] = [
  {
    name: 'idle$ that flickers when a message runs at once',
    breakIt: () =>
      patch(ModelDispatcher, 'lineUpAtOnce', () => function (mailbox: ModelMailbox) {
        this.lineUp(mailbox);
      }),
  },
  {
    name: 'a mailbox that is idle while a promise holds its seat',
    breakIt: () =>
      patchGetter(ModelMailbox, 'isQuiet', function () {
        return this.queue.length === 0 && this.running === undefined && this.seats.every(({ state }) => state !== 'open');
      }),
  },
  {
    name: 'events of some actors without their dead letters',
    breakIt: () =>
      patch(ModelSomeEvents, 'next', (next) => function (id: string | undefined, line: string) {
        if (!line.startsWith('dead-lettered')) next.call(this, id, line);
      }),
  },
  {
    name: 'events of all actors for observers of some',
    breakIt: () =>
      patch(ModelSomeEvents, 'next', (next) => function (_id: string | undefined, line: string) {
        for (const id of ['a', 'b', 'c']) next.call(this, id, line);
      }),
  },
  {
    name: 'errors of onStart alone for onError',
    breakIt: () =>
      patch(ModelCore, 'tellError', (tellError) => function (id: string, error: string, message?: ModelMessage) {
        if (message === undefined) tellError.call(this, id, error);
      }),
  },
];
