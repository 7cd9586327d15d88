import { InMemoryMessageBroker, type MessageOf, type ReplyOf, type StandardSchema, actorClient, actorId, message, protocol } from 'rx-broker';
import { firstValueFrom } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { setup } from '../broker/setup';

const Account = protocol('account', {
  deposit: message({ payload: z.object({ amount: z.number().positive(), note: z.string().default('none') }), reply: z.number() }),
  close: message(),
});
const account = actorId(Account);

/** A schema that says what it is told to. */
const schemaOf = (validate: (value: any) => any): StandardSchema<Record<string, unknown>> => ({ '~standard': { version: 1, vendor: 'spec', validate } });

describe('message, with schemas', () => {
  describe('its creator', () => {
    it('makes what the schema gives back: with defaults, and without fields that it does not know', () => {
      expect(Account.deposit({ amount: 5 })).toStrictEqual({ amount: 5, note: 'none', type: 'account.deposit' });
      expect(Account.deposit({ amount: 5, note: 'x', more: 1 } as never)).toStrictEqual({ amount: 5, note: 'x', type: 'account.deposit' });
    });

    it('throws for a payload that does not match, with the path and all issues', () => {
      const wrong = (): unknown => Account.deposit({ amount: -5, note: 7 } as never);
      expect(wrong).toThrow(TypeError);
      expect(wrong).toThrow(/^the payload of 'account\.deposit' does not match its schema: amount: .+; note: /);
      expect(wrong).toThrow(expect.objectContaining({ cause: [expect.objectContaining({ path: ['amount'] }), expect.objectContaining({ path: ['note'] })] }) as Error);
    });

    it('refuses an asynchronous schema, and leaves no rejection unhandled', () => {
      const late = protocol('late', { one: message({ payload: schemaOf(() => Promise.reject(new Error('late'))) }) });
      expect(() => (late as any).one({})).toThrow("the schema of the payload of 'late.one' is asynchronous; a message is checked synchronously");
    });

    it('leaves its messages plain: what crosses a wire has no trace of the schema', () => {
      const made = Account.deposit({ amount: 5 });
      expect(structuredClone(made)).toStrictEqual(made);
      expect(Reflect.ownKeys(structuredClone(made))).toEqual(['amount', 'note', 'type']);
      expect(Object.keys(Account.deposit)).toEqual(['type']);
    });
  });

  it('infers what the creator takes, what the handler gets, and the reply', () => {
    expectTypeOf(Account.deposit).parameter(0).toEqualTypeOf<{ amount: number; note?: string | undefined }>();
    expectTypeOf<Extract<MessageOf<typeof Account>, { amount: number }>['note']>().toEqualTypeOf<string>();
    expectTypeOf<ReplyOf<ReturnType<typeof Account.deposit>>>().toEqualTypeOf<number>();
    expectTypeOf(Account.close).parameters.toEqualTypeOf<[]>();
    const both = protocol('both', { one: message<{ id: string }, number>({ reply: z.number() }) });
    expectTypeOf(both.one).parameter(0).toEqualTypeOf<{ id: string }>();
    // @ts-expect-error The output of the schema is no input of it.
    protocol('once', { one: message({ payload: z.object({ at: z.string().transform(Number) }) }) });
    // @ts-expect-error A schema must be of the type that is given.
    message<{ id: string }>({ payload: z.object({ id: z.number() }) });
  });

  it('refuses what is no schema', () => {
    expect(() => message({ payload: {} as never })).toThrow(new TypeError('the schema of a payload must be a Standard Schema, got an object'));
    expect(() => message({ reply: 5 as never })).toThrow(new TypeError('the schema of a reply must be a Standard Schema, got 5'));
    expect(() => message({ payloads: z.object({}) } as never)).toThrow(/unknown option 'payloads', did you mean 'payload'/);
    expect(() => message({ payload: Object.assign(() => {}, schemaOf((value) => ({ value }))) })).not.toThrow();
  });

  describe('a handler of the protocol', () => {
    it('gets a message of its creator as it is, and one that was written by hand checked', async () => {
      let checks = 0;
      const counted = schemaOf((value) => ({ value: { ...value, checks: ++checks } }));
      const Counted = protocol('counted', { one: message({ payload: counted }) });
      const { broker } = setup();
      const seen: unknown[] = [];
      broker.spawn(actorId(Counted), Counted, { one: (received) => void seen.push(received) });
      const made = Counted.one({ a: 1 });
      broker.trySend(actorId<any>('counted'), made);
      broker.trySend(actorId<any>('counted'), { type: 'counted.one', a: 2 });
      expect(seen).toEqual([made, { type: 'counted.one', a: 2, checks: 2 }]);
      expect(seen[0]).toBe(made);
      await broker.close();
    });

    it('does not see a message that does not match: it fails with Rejected', async () => {
      const { broker, letters } = setup();
      const amounts: number[] = [];
      const errors: unknown[] = [];
      broker.spawn(account, Account, { deposit: ({ amount }) => amounts.push(amount), close: () => {} });
      const wrong = { type: 'account.deposit', amount: 'five' } as any;
      await expect(firstValueFrom(broker.send<any, any>(account, wrong))).rejects.toMatchObject({
        code: 'Rejected',
        actorId: 'account',
        started: false,
        message: expect.stringMatching(/a schema refused it.*the payload of 'account\.deposit' does not match its schema: amount: /) as string,
        cause: expect.any(TypeError) as TypeError,
      });
      expect(broker.trySend<any, any>(account, wrong)).toEqual({ ok: true });
      expect(amounts).toEqual([]);
      expect(letters.map(({ reason, asked }) => ({ reason, asked }))).toEqual([{ reason: 'Rejected', asked: false }]);
      expect(broker.metrics()).toMatchObject({ totalDelivered: 2, totalErrored: 2 });
      expect(errors).toEqual([]);
      expect(await firstValueFrom(broker.send(account, Account.deposit({ amount: 5 })))).toBe(1);
      await broker.close();
    });

    it('keeps its this', async () => {
      const broker = new InMemoryMessageBroker();
      const handlers = { balance: 7, deposit(this: { balance: number }, { amount }: { amount: number }) { return this.balance + amount; }, close() {} }; // prettier-ignore
      broker.spawn(account, Account, handlers);
      expect(await firstValueFrom(actorClient(broker, account, Account).ask.deposit({ amount: 5 }, undefined))).toBe(12);
      await broker.close();
    });
  });
});
