import { InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Whether what `make` answers is collected, though the broker lives on. */
async function isCollected(make: () => object): Promise<boolean> {
  const reference = new WeakRef(make());
  for (let i = 0; i < 10 && reference.deref() !== undefined; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return reference.deref() === undefined;
}

describe('an actor that has ended', () => {
  const broker = new InMemoryMessageBroker({ logDeadLetters: false });
  const id = actorId<any>('actor');

  it('is collected: its handler, its mailbox and what was queued', async () => {
    broker.spawn(actorId('other'), () => {});
    broker.tryBroadcast('the roster is made');
    await expect(
      isCollected(() => {
        const handler = (): void => {};
        broker.unregister(broker.spawn(id, handler, { topics: ['a.>'] }).id);
        return handler;
      }),
    ).resolves.toBe(true);
    await expect(
      isCollected(() => {
        const mailbox = Mailbox.bounded(5);
        const registration = broker.register(id, mailbox);
        broker.trySend(id, 'queued');
        registration.unsubscribe();
        return mailbox;
      }),
    ).resolves.toBe(true);
    await expect(
      isCollected(() => {
        const message = { queued: true };
        broker.register(id, Mailbox.bounded(5));
        broker.trySend(id, message);
        broker.unregister(id);
        return message;
      }),
    ).resolves.toBe(true);
  });

  it('leaves nothing of a message that was handled, cancelled or answered', async () => {
    broker.spawn(id, (message: { hang?: boolean }) => (message.hang === true ? NEVER : message));
    await expect(
      isCollected(() => {
        const message = {};
        broker.trySend(id, message);
        broker.send(id, message).subscribe();
        return message;
      }),
    ).resolves.toBe(true);
    await expect(
      isCollected(() => {
        const message = { hang: true };
        const running = broker.send(id, message).subscribe();
        const queued = broker.send(id, message).subscribe();
        queued.unsubscribe();
        running.unsubscribe();
        return message;
      }),
    ).resolves.toBe(true);
  });
});

describe('a broker that nobody uses', () => {
  it('keeps no Node process open: neither its timers nor its streams (S4, §7)', async () => {
    const { spawn } = await import('node:child_process');
    const script = `
      import { InMemoryMessageBroker, actorId } from './src/index.ts';
      const broker = new InMemoryMessageBroker({ logDeadLetters: false });
      broker.deadLetters$.subscribe();
      broker.topic$('a').subscribe();
      broker.spawn(actorId('a'), () => new Promise((resolve) => setTimeout(resolve, 5)));
      broker.send(actorId('a'), 0, { timeout: 60_000 }).subscribe();
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], { stdio: 'inherit' });
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(code).toBe(0);
  }, 20_000);
});
