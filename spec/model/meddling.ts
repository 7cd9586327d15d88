import { type BrokerEvent, BrokerError, actorId } from 'rx-broker';
import fc from 'fast-check';
import { expectConserved } from '../broker/setup';
import { BrokerPlayer } from './broker-player';
import type { ActorName, Command, Script } from './command';
import { EventLaws } from './event-laws';
import { LAST, checkEnd } from './run-script';
import { anyScript, deeds } from './scripts';

type Kind = BrokerEvent['kind'];

/** What a mailbox itself can do: take a message in, and live by another id. No command of the model, which knows no mailbox without its actor. */
type Move = { readonly do: 'next'; readonly actor: ActorName } | { readonly do: 'move'; readonly actor: ActorName; readonly to: ActorName };

/** Does something when it is told of the `nth` event of a kind, in the middle of whatever that is about. */
interface Meddler {
  readonly kind: Kind;
  readonly nth: number;
  readonly deed: Command | Move;
}

export interface MeddledScript {
  readonly script: Script;
  readonly meddlers: readonly Meddler[];
}

const kinds = fc.constantFrom<Kind>('sent', 'sent', 'failed', 'failed', 'queued', 'delivered', 'settled', 'registered', 'unregistered', 'dead-lettered', 'closed');
const names = fc.constantFrom<ActorName>('a', 'b', 'c');
const unregister = names.map((actor): Command => ({ do: 'unregister', actor }));
const close = fc.boolean().map((drain): Command => ({ do: 'close', drain, timeout: 5 }));
const next = names.map((actor): Move => ({ do: 'next', actor }));
const move = fc.tuple(names, names).map(([actor, to]): Move => ({ do: 'move', actor, to }));

/** A random script, and a few who meddle. */
export const meddledScript: fc.Arbitrary<MeddledScript> = fc.record({
  script: anyScript,
  meddlers: fc.array(
    fc.record({
      kind: kinds,
      nth: fc.nat({ max: 4 }),
      deed: fc.oneof({ weight: 5, arbitrary: deeds }, { weight: 3, arbitrary: unregister }, { weight: 2, arbitrary: next }, { weight: 1, arbitrary: move }, { weight: 1, arbitrary: close }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});

/**
 * Plays a script on the broker. What comes of it no model says; that it adds up, after every command and at its end, the laws do.
 *
 * @throws an `Error` where it does not.
 */
export function runMeddled({ script, meddlers }: MeddledScript): void {
  const player = new BrokerPlayer(script);
  const { broker } = player;
  const laws = new EventLaws(broker);
  const told = new Map<Kind, number>();
  broker.events$.subscribe(({ kind }) => {
    const nth = told.get(kind) ?? 0;
    told.set(kind, nth + 1);
    for (const meddler of meddlers) if (meddler.kind === kind && meddler.nth === nth) meddle(player, meddler.deed);
  });
  for (const command of [...script.commands, LAST]) {
    player.play(command);
    const metrics = broker.metrics();
    expectConserved(metrics);
    laws.check(metrics);
  }
  checkEnd(player);
  laws.checkEnd(broker.metrics());
}

function meddle(player: BrokerPlayer, deed: Command | Move): void {
  if (deed.do !== 'next' && deed.do !== 'move') {
    player.play(deed);
    return;
  }
  const mailbox = player.actors.get(deed.actor)?.mailbox;
  if (mailbox === undefined) return;
  if (deed.do === 'next') {
    mailbox.next({ n: 0, plan: { reply: 'stream' } });
    return;
  }
  try {
    player.broker.register(actorId(deed.to), mailbox);
  } catch (error) {
    // It may live somewhere already, the id be taken, or the broker be closed.
    if (!(error instanceof BrokerError)) throw error;
  }
}
