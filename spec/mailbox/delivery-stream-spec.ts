import { Mailbox, actorId } from 'rx-broker';
import { Subscriber, config } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup, watchFor } from '../broker/setup';

const a = actorId<any>('a');

/** What RxJS reports as unhandled while this runs, and a moment longer. */
async function reportedBy(work: () => void): Promise<unknown[]> {
  const { onUnhandledError } = config;
  const reported: unknown[] = [];
  config.onUnhandledError = (error) => reported.push(error);
  work();
  await new Promise((resolve) => setTimeout(resolve, 2));
  config.onUnhandledError = onUnhandledError;
  return reported;
}

describe('deliveries$', () => {
  function registered() {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    return { broker, mailbox };
  }

  it('fails a delivery whose observer throws, saying so (M6)', async () => {
    const { broker, mailbox } = registered();
    const errors: unknown[] = [];
    const reported = await reportedBy(() => {
      mailbox.deliveries$.subscribe(() => {
        throw new Error('observer');
      });
      errors.push(watchFor(broker.send(a, 0)).error);
    });
    expect(errors).toMatchObject([{ code: 'Unhandled', started: true, message: expect.stringContaining('(the observer of deliveries$ threw)') as string }]);
    expect(reported).toEqual([new Error('observer')]);
  });

  it('fails what is open when it is left, saying so (M6)', () => {
    const { broker, mailbox } = registered();
    const seat = mailbox.deliveries$.subscribe();
    const asked = watchFor(broker.send(a, 0));
    seat.unsubscribe();
    expect(asked.error).toMatchObject({ code: 'Unhandled', started: true, message: expect.stringContaining('(deliveries$ was unsubscribed)') as string });
  });

  it('takes an observer that cares for nothing', async () => {
    const { mailbox } = registered();
    const reported = await reportedBy(() => {
      mailbox.deliveries$.subscribe({}).add(() => undefined);
      mailbox.next(1);
      expect(mailbox.metrics()).toMatchObject({ inFlight: 1, delivered: 1 });
      const other = Mailbox.bounded<number>(1);
      other.deliveries$.subscribe({});
      other.close();
    });
    expect(reported).toEqual([]);
  });

  it('gives no seat to a subscriber that is gone already', () => {
    const { mailbox } = registered();
    const gone = new Subscriber<unknown>();
    gone.unsubscribe();
    mailbox.deliveries$.subscribe(gone);
    const got: number[] = [];
    mailbox.receive((n: number) => void got.push(n));
    mailbox.next(1);
    expect(got).toEqual([1]);
  });
});
