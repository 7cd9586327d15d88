import { Mailbox } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { Registrar } from '../../src/broker/registrar';
import { Registry } from '../../src/broker/registry';
import { Dispatch } from '../../src/mailbox/dispatch/dispatch';
import { DeadLetterLog } from '../../src/observability/dead-letter-log';
import { Ledger } from '../../src/observability/ledger';

/** A registrar, and what it binds. */
function setup(): { registrar: Registrar; bound: string[] } {
  const ledger = new Ledger(new DeadLetterLog(false, () => {}));
  const dispatch = new Dispatch(ledger);
  const registry = new Registry();
  ledger.belongTo(dispatch, registry.actors);
  const bound: string[] = [];
  const topics = { bind: (pattern: string, { id }: { id: string }) => void bound.push(`${pattern} ${id}`), forget: () => {} };
  return { registrar: new Registrar({ actors: registry.actors, dispatch, ledger, requestTimeout: Infinity }, registry, topics), bound };
}

describe('Registrar', () => {
  it('binds an actor to the topics it is registered with, and to no others', () => {
    const { registrar, bound } = setup();
    for (const [id, options] of Object.entries({ none: undefined, empty: {}, one: { topics: ['t'] }, two: { topics: ['u', 'v.*'] } })) {
      registrar.register(id, Mailbox.coreOf(Mailbox.bounded(5)), options);
    }
    expect(bound).toEqual(['t one', 'u two', 'v.* two']);
  });
});
