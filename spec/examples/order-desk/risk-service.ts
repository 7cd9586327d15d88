import type { HandlersOf } from 'rx-broker';
import { NEVER, type Observable, map, timer } from 'rxjs';
import type { OrderDraft, Risk, Verdict } from './messages';
import type { Surroundings } from './surroundings';

/** The most shares of one order that the risk service approves. */
export const MOST_SHARES = 900;

/** Risk checks at once. */
export const RISK_CHECKS = 8;

/** Answers whether an order may be executed. While the service is down, it fails some requests and never answers others. */
export function checkRisk({ quantity }: OrderDraft, { scheduler, random, load }: Surroundings): Observable<Verdict> {
  const { riskFailureRate, riskLatency } = load();
  const isDown = random() < riskFailureRate;
  if (isDown && random() < 1 / 3) return NEVER;
  return timer(riskLatency * (0.5 + random()), scheduler).pipe(
    map(() => {
      if (isDown) throw new Error('risk: no connection');
      return { isApproved: quantity <= MOST_SHARES };
    }),
  );
}

export function riskHandlers(surroundings: Surroundings): HandlersOf<typeof Risk> {
  return { check: ({ order }) => checkRisk(order, surroundings) };
}
