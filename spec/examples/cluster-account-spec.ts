import { describe, expect, it } from 'vitest';
import { AccountBook } from './cluster/account';
import type { End, Entry } from './cluster/journal';

const OK: End = { kind: 'ok' };
const failed = (code: string, started: boolean | 'unknown'): End => ({ kind: 'failed', code, started });

/** The account of one request: what its sender wrote, and how often a handler did. `south` and its process `south-1` were killed. */
function accountOf({ from = 'north-1', to = 'east', sent = 1, ends = [OK], handled = 1 }: { from?: string; to?: 'east' | 'south'; sent?: number; ends?: readonly End[]; handled?: number }) {
  const book = new AccountBook((name) => name === 'south' || name === 'south-1');
  const parcel = `${from}/1`;
  const entries: Entry[] = [
    ...Array.from({ length: sent }, () => ({ kind: 'sent', parcel, to }) as const),
    ...Array.from({ length: handled }, () => ({ kind: 'handled', parcel }) as const),
    ...ends.map((end) => ({ kind: 'ended', parcel, end }) as const),
  ];
  for (const entry of entries) book.enter(from, entry);
  return book.account();
}

describe('AccountBook', () => {
  it.each([
    ['answered', {}, { ok: 1, handled: 1 }],
    ['refused before it was handled', { ends: [failed('ActorNotFound', false)], handled: 0 }, { failed: { ActorNotFound: 1 }, handled: 0 }],
    ['failed while it was handled', { ends: [failed('Timeout', true)] }, { failed: { Timeout: 1 } }],
    ['under way to a depot that was killed', { to: 'south', ends: [failed('NodeUnavailable', 'unknown')] }, { unknown: { NodeUnavailable: 1 } }],
    ['open when its sender was killed', { from: 'south-1', ends: [], handled: 0 }, { unknown: { SenderKilled: 1 } }],
  ] as const)('accounts for a request that was %s', (_how, request, account) => {
    expect(accountOf(request)).toMatchObject({ sent: 1, contradictions: [], addsUp: true, ...account });
  });

  it.each([
    ['was never handled', { handled: 0 }, 'was answered, and never handled'],
    ['was handled twice', { handled: 2 }, 'was handled 2 times'],
    ['was sent by nobody', { sent: 0, ends: [] }, 'was sent 0 times'],
    ['ended twice', { ends: [OK, OK] }, 'has 2 ends'],
    ['was forgotten', { ends: [] }, 'has no end, though its sender lives'],
    ['ended with the wrong receipt', { ends: [{ kind: 'wrong', text: 'the receipt of b' }] }, 'ended with the receipt of b'],
    ['began, though its error denies it', { ends: [failed('Timeout', false)] }, 'was handled 1 times, and its error (Timeout) says started: false'],
    ['is unknown, though all live', { ends: [failed('ConnectionLost', 'unknown')] }, 'is unknown (ConnectionLost), though neither its sender nor its depot was killed'],
  ] as const)('does not add up for a request that %s', (_how, request, text) => {
    expect(accountOf(request)).toMatchObject({ addsUp: false, contradictions: [`north-1/1 ${text}`] });
  });
});
