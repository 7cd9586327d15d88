import type { DeadLetter } from 'rx-broker';
import type { EngineSnapshot } from '../../../../order-desk/desk-engine';
import { letterLine } from '../../../../order-desk/letter-line';
import { type DeskState, type EngineKind, FIRST_LOAD } from './trading';

/** Dead letters that the screen lists. */
export const LISTED = 6;

/** A desk that has not opened yet. */
export const IDLE: DeskState = {
  engine: 'rx-broker',
  load: FIRST_LOAD,
  actors: [],
  orders: { placed: 0, filled: 0, rejected: 0, cancelled: 0, open: 0, by: { filled: 0, moved: 0, refused: 0, late: 0, lost: 0, cancelled: 0 } },
  parked: 0,
  redelivered: 0,
  letters: { newest: [], by: {}, count: 0 },
};

export function stateOf(engine: EngineKind, { load, actors, orders, parked, redelivered, at }: EngineSnapshot, letters: readonly DeadLetter[]): DeskState {
  const by: Partial<Record<DeadLetter['reason'], number>> = {};
  for (const { reason } of letters) by[reason] = (by[reason] ?? 0) + 1;
  const openedAt = Date.now() - at;
  const newest = letters.slice(-LISTED).reverse().map((letter) => letterLine(letter, openedAt));
  return { engine, load, actors, orders, parked, redelivered, letters: { newest, by, count: letters.length } };
}
