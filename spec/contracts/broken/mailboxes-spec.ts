import { NEVER, Observable, concat } from 'rxjs';
import { describe } from 'vitest';
import type { CreateMailbox } from '../mailbox/mailbox-under-law';
import { MAILBOX_LAWS, mailboxLaws } from '../mailbox-laws';
import { lawsFindFlaws } from './flaw';
import { TextbookMailbox } from './textbook-mailbox';

/** Breaks one thing in a mailbox that keeps every law. */
type Flaw = (box: TextbookMailbox) => void;

const flaws: Readonly<Record<string, readonly [law: string, flaw: Flaw]>> = {
  'takes one too many': ['up to its capacity', (box) => (box.isFull = () => box.queue.length > box.settings.capacity)],
  'counts what runs': ['not what is running', (box) => (box.isFull = () => box.queue.length + box.turns.length >= box.settings.capacity)],
  'evicts silently': ['tells every loss', (box) => (box.lose = box.settle.bind(box))],
  'tells no caller of its loss': [
    'to its sender',
    (box) => {
      const settle = box.settle.bind(box);
      box.settle = (entry, outcome) => {
        if (outcome === 'answered') settle(entry, outcome);
      };
    },
  ],
  'tells each loss twice': [
    'tells every loss',
    (box) => {
      const lose = box.lose.bind(box);
      box.lose = (entry, code) => {
        lose(entry, code);
        lose(entry, code);
      };
    },
  ],
  'counts a loss when it has been told': [
    'finds the loss counted',
    (box) => {
      const [lose, metrics] = [box.lose.bind(box), box.metrics.bind(box)];
      let telling = 0;
      box.lose = (entry, code) => {
        telling++;
        lose(entry, code);
        telling--;
      };
      box.metrics = () => ({ ...metrics(), lost: box.losses.length - telling });
    },
  ],
  'tells a loss inside of another': ['when all have been told of the first', (box) => (box.tellLosses = box.tellAll.bind(box))],
  'settles twice': ['told once', (box) => (box.settle = (entry, outcome) => void entry.outcomes.push(outcome, outcome))],
  'answers what is cancelled': [
    'told once',
    (box) => {
      const cancel = box.cancel.bind(box);
      box.cancel = (entry) => {
        box.settle(entry, 'answered');
        cancel(entry);
      };
    },
  ],
  'evicts the youngest': [
    'loses the right ones',
    (box) => {
      const victimFor = box.victimFor.bind(box);
      box.victimFor = (newcomer) => box.queue.filter(({ lane }) => lane === victimFor(newcomer)?.lane).at(-1);
    },
  ],
  'evicts high for low': ['treats a newcomer', (box) => (box.victimFor = () => box.queue[0])],
  'evicts nobody of its own class': [
    'treats a newcomer',
    (box) => {
      const victimFor = box.victimFor.bind(box);
      box.victimFor = (newcomer) => (victimFor(newcomer)?.lane === newcomer.lane ? undefined : victimFor(newcomer));
    },
  ],
  'refuses with the wrong code': [
    'treats a newcomer',
    (box) => {
      const refusal = box.refusal.bind(box);
      box.refusal = (entry, mayWait) => refusal(entry, mayWait) && 'MailboxFull';
    },
  ],
  'is a stack': [
    'is FIFO',
    (box) => {
      box.takeFrom = (lane) => {
        const entry = box.queue.filter((one) => one.lane === lane).at(-1)!;
        box.queue.splice(box.queue.indexOf(entry), 1);
        return entry;
      };
    },
  ],
  'is strict where it should be fair': ['gives critical 8', (box) => (box.nextLane = () => Math.max(...box.queue.map(({ lane }) => lane)))],
  'lets low starve': ['head of low', (box) => (box.nextLane = () => Math.max(...box.queue.map(({ lane }) => lane)))],
  'knows no priority': ['takes the highest', (box) => (box.nextLane = () => box.queue[0]!.lane)],
  'gives normal too much credit': ['gives critical 8', (box) => (box.refill = () => (box.credit = [1, 3, 4, 8]))],
  'gives critical one credit too many': ['head of low', (box) => (box.refill = () => (box.credit = [1, 2, 4, 9]))],
  'keeps the place of what is cancelled': ['has a place free', (box) => (box.cancel = (entry) => void (entry.isOver = true))],
  'keeps the place of one who waited': [
    'one who waits and is cancelled',
    (box) => {
      const cancel = box.cancel.bind(box);
      box.cancel = (entry) => {
        if (box.waiting.includes(entry)) entry.isOver = true;
        else cancel(entry);
      };
    },
  ],
  'lets nobody in when one is cancelled': ['lets the next in', (box) => (box.cancel = (entry) => void box.queue.splice(box.queue.indexOf(entry), 1))],
  'lets any number wait': ['lets as many wait', (box) => (box.park = (entry) => void box.waiting.push(entry))],
  'lets them in as they came': [
    'highest priority that waits',
    (box) => {
      box.admit = () => {
        while (box.waiting.length > 0 && !box.isFull()) box.enqueue(box.waiting.shift()!);
        box.tellPressure();
      };
    },
  ],
  'lets a trySend wait': [
    'lets no trySend overtake',
    (box) => {
      const refusal = box.refusal.bind(box);
      box.refusal = (entry) => refusal(entry, true);
    },
  ],
  'lets a trySend take the place of one who waits': [
    'lets no trySend overtake',
    (box) => {
      const run = box.run.bind(box);
      box.run = (entry) => {
        const waiting = box.waiting.splice(0);
        run(entry);
        box.waiting.unshift(...waiting);
        box.admit();
      };
    },
  ],
  'forgets those who wait when it is closed': [
    'still serves those who wait',
    (box) => {
      const close = box.close.bind(box);
      box.close = () => {
        box.waiting.length = 0;
        close();
      };
    },
  ],
  'starts a turn inside a turn': [
    'has returned',
    (box) => {
      const drain = box.drain.bind(box);
      box.drain = () => {
        if (box.turns.length > 0 && box.turns.length < box.settings.concurrency && box.queue.length > 0) box.run(box.takeFrom(box.nextLane()));
        drain();
      };
    },
  ],
  'runs one turn too many': ['as many turns at once', (box) => Object.assign(box.settings, { concurrency: box.settings.concurrency + 1 })],
  'runs one turn at a time': ['as many turns at once', (box) => Object.assign(box.settings, { concurrency: 1 })],
  'loses a wake-up': [
    'queues without a consumer',
    (box) => {
      const finish = box.finish.bind(box);
      const { drain } = box;
      box.finish = () => {
        box.drain = () => undefined;
        finish();
        box.drain = drain;
        box.turns.length = 0;
      };
    },
  ],
  'empties its queue when it is closed': [
    'drains, then',
    (box) => {
      const close = box.close.bind(box);
      box.close = () => {
        box.queue.length = 0;
        close();
      };
    },
  ],
  'ends its streams too early': [
    'drains, then ends its streams',
    (box) => {
      const close = box.close.bind(box);
      box.close = () => {
        close();
        box.end();
      };
    },
  ],
  'does not end its streams': ['ends its streams', (box) => (box.end = () => undefined)],
  'drains by recursion': [
    'drains a long queue flat',
    (box) => {
      box.drain = () => {
        if (box.queue.length === 0 || box.turns.length >= box.settings.concurrency) return;
        box.run(box.takeFrom(box.nextLane()));
        box.drain();
      };
    },
  ],
  'goes on while it is paused': ['begins no turn, queues', (box) => (box.isHalted = () => false)],
  'ends what runs when it is paused': [
    'lets what runs go on, and begins',
    (box) => {
      const pause = box.pause.bind(box);
      box.pause = () => {
        pause();
        box.turns.length = 0;
      };
    },
  ],
  'drains the backlog first when it is paused inside a turn': [
    'stops the backlog after that turn',
    (box) => {
      const drain = box.drain.bind(box);
      let isDraining = false;
      box.isHalted = () => box.isPaused && !isDraining;
      box.drain = () => {
        const wasDraining = isDraining;
        isDraining = !box.isPaused || wasDraining;
        drain();
        isDraining = wasDraining;
      };
    },
  ],
  'waits for a newcomer when it is resumed': ['hands all on when it is resumed', (box) => (box.resume = () => (box.isPaused = false))],
  'clears what runs, too': [
    'lets what runs go on (§2)',
    (box) => {
      const clear = box.clear.bind(box);
      box.clear = () => {
        box.turns.length = 0;
        return clear();
      };
    },
  ],
  'clears in the order of sending': [
    'highest priority first, tells each once',
    (box) =>
      (box.clear = () => {
        const lost = box.queue.splice(0);
        for (const entry of lost) box.lose(entry, 'Dropped');
        return lost.length;
      }),
  ],
  'clears those who wait first': [
    'after all that is queued',
    (box) => {
      const clear = box.clear.bind(box);
      box.clear = () => {
        const waiting = box.waiting.splice(0);
        for (const entry of waiting) box.lose(entry, 'Dropped');
        return clear() + waiting.length;
      };
    },
  ],
  'ends its streams with the first loss': [
    'tells every loss before it ends',
    (box) => {
      const lose = box.lose.bind(box);
      box.lose = (entry, code) => {
        lose(entry, code);
        box.drain();
      };
    },
  ],
  'is idle while something is queued': ['of what is queued, and of what runs', (box) => (box.isIdle = () => box.turns.length === 0)],
  'is idle while something runs': ['of what is queued, and of what runs', (box) => (box.isIdle = () => box.queue.length === 0)],
  'looks whether it is idle only at the end of a turn': [
    'when that is cleared or cancelled',
    (box) => {
      const [tellIdle, finish] = [box.tellIdle.bind(box), box.finish.bind(box)];
      box.tellIdle = () => undefined;
      box.finish = () => {
        finish();
        tellIdle();
      };
    },
  ],
  'never ends idle$': ['idle$ ends when', (box) => Object.defineProperty(box, 'idle$', { value: concat(box.idle$, NEVER) })],
  'sends what an observer of idle$ sends before the others are told': [
    'is told after all have been told',
    (box) => {
      const tellIdle = box.tellIdle.bind(box);
      const observers: ((isIdle: boolean) => void)[] = [];
      let isIdle = true;
      box.tellIdle = () => {
        tellIdle();
        if (isIdle === box.isIdle()) return;
        isIdle = !isIdle;
        for (const observer of observers) observer(isIdle);
      };
      Object.defineProperty(box, 'idle$', {
        value: new Observable<boolean>((subscriber) => {
          subscriber.next(isIdle);
          observers.push((value) => subscriber.next(value));
        }),
      });
    },
  ],
  'tells no pressure': ['tells its pressure', (box) => (box.tellPressure = () => undefined)],
  'counts its losses as deliveries': [
    'keeps its figures',
    (box) => {
      const metrics = box.metrics.bind(box);
      box.metrics = () => ({ ...metrics(), delivered: box.handed.length + box.losses.length, lost: 0 });
    },
  ],
};

const flawed =
  (flaw: Flaw): CreateMailbox =>
  (settings) => {
    const box = new TextbookMailbox(settings);
    flaw(box);
    return box;
  };

describe('the mailbox laws', () => {
  mailboxLaws('a textbook mailbox', (settings) => new TextbookMailbox(settings));

  lawsFindFlaws(
    MAILBOX_LAWS,
    Object.entries(flaws).map(([flaw, [law, spoil]]) => ({ flaw, breaks: [law], subject: flawed(spoil) })),
  );
});
