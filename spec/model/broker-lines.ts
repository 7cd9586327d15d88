import type { BrokerEvent, BrokerMetrics, DeadLetter } from 'rx-broker';
import { errorText } from './broker-subscriber';
import { BROKER_NUMBERS, FAILURES, type Told, letterLine, messageLine, numbersLine } from './lines';

/** The line of an event with the turn in which a message was sent. `numbers`: of the messages by their ids. */
export function eventLineWithTurn(event: BrokerEvent, numbers: ReadonlyMap<string, number>): string {
  const line = eventLine(event);
  return event.kind === 'sent' && event.parentId !== undefined ? `${line}, in the turn of ${numbers.get(event.parentId)}` : line;
}

/** The line of an event of the broker, in the words of the model. */
export function eventLine(event: BrokerEvent): string {
  const { kind, at } = event;
  switch (kind) {
    case 'registered':
    case 'unregistered':
    case 'closed':
      return `${kind} ${event.id ?? 'broker'} at ${at}`;
    case 'sent':
      return messageLine(kind, toldOf(event), at, event.broadcast ? ', broadcast' : '');
    case 'queued':
      return messageLine(kind, toldOf(event), at, event.waiting ? ', waiting' : '');
    case 'delivered':
      return messageLine(kind, toldOf(event), at, '');
    case 'settled': {
      const { outcome, code, error } = event;
      const why = `${code === undefined ? '' : ` ${code}`}${error === undefined ? '' : ` (${errorText(error)})`}`;
      return messageLine(kind, toldOf(event), at, `: ${outcome}${why}`);
    }
    case 'failed':
      return messageLine(kind, toldOf(event), at, `: ${event.code}`);
    case 'dead-lettered':
      return `${kind} ${letterText(event.letter)}`;
  }
}

export function letterText(letter: DeadLetter): string {
  const { reason, error, attempts, at } = letter;
  return letterLine(toldOf(letter), { reason, error: error === undefined ? undefined : errorText(error), attempts, at });
}

export function metricsText(metrics: BrokerMetrics): string {
  return numbersLine(BROKER_NUMBERS, metrics) + numbersLine(FAILURES, metrics.failedBy);
}

function toldOf({ message, target, topic, priority, asked }: DeadLetter | Extract<BrokerEvent, { readonly asked: boolean }>): Told {
  return { n: (message as { readonly n: number }).n, target, topic, priority, asked };
}
