import { ModelCore } from '../model-core';
import { ModelDispatcher } from '../model-dispatcher';
import { ModelEnds } from '../model-ends';
import { ModelJournal } from '../model-journal';
import type { ModelMailbox } from '../model-mailbox';
import type { ModelCaller, ModelMessage } from '../model-message';
import { ModelRouter } from '../model-router';
import type { ModelTurn } from '../model-turn';
import { type Fault, patch } from './fault';

/** Faults in how a broker tells, counts or ends things. */
export const BROKER_FAULTS: readonly Fault[] = [
  {
    name: 'a caller that is told before the step is complete',
    breakIt: () =>
      patch(ModelCore, 'tellCaller', () => ({ caller }: ModelMessage, tell: (caller: ModelCaller) => void) => {
        if (caller?.closed === false) tell(caller);
      }),
  },
  {
    name: 'an eviction without a letter',
    breakIt: () =>
      patch(ModelJournal, 'letter', (letter) => function (message: ModelMessage, reason: string, error?: string) {
        if (reason !== 'Dropped') letter.call(this, message, reason, error);
      }),
  },
  {
    name: 'a cancelled message that counts as timed out',
    breakIt: () =>
      patch(ModelJournal, 'failed', (failed) => function (message: ModelMessage, code: string) {
        failed.call(this, message, code === 'Cancelled' ? 'Timeout' : code);
      }),
  },
  {
    name: 'an aborted turn whose promise gives its seat back at once',
    breakIt: () =>
      patch(ModelEnds, 'end', (end) => function (turn: ModelTurn) {
        end.call(this, turn, 'over');
      }),
  },
  {
    name: 'a ready mailbox that is passed over when another is ready',
    breakIt: () => {
      let isFirst = true;
      return patch(ModelDispatcher, 'lineUp', (lineUp) => function (mailbox: ModelMailbox) {
        isFirst = !isFirst;
        if (isFirst || mailbox.queue.length < 2) lineUp.call(this, mailbox);
      });
    },
  },
  { name: 'a router that always picks the first', breakIt: () => patch(ModelRouter, 'pick', () => () => 'a') },
];
