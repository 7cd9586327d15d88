import type { CommandResult } from 'rx-broker/angular';
import type { OrderDraft } from '../../../../order-desk/messages';
import type { EndedOrder, OrderEnd } from '../../../../order-desk/order-ledger';

const REASONS: Readonly<Record<Exclude<OrderEnd, 'filled'>, string>> = {
  moved: 'rejected, since the price is beyond the limit',
  refused: 'rejected by the risk service',
  late: 'rejected, since no place was free in time',
  lost: 'lost',
  cancelled: 'cancelled',
};

/** What has become of an order, in words. */
export function resultText({ side, quantity, symbol }: OrderDraft, result: CommandResult<EndedOrder>): string {
  const what = `${side} ${quantity} ${symbol}: `;
  if (result.status === 'aborted') return `${what}not placed.`;
  if (result.status === 'error') return what + (result.error instanceof Error ? result.error.message : String(result.error));
  const { end, cents = 0 } = result.value;
  return what + (end === 'filled' ? `filled at ${(cents / 100).toFixed(2)}.` : `${REASONS[end]}.`);
}
