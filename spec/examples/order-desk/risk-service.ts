import type { HandlersOf } from 'rx-broker';
import { NEVER, map, timer } from 'rxjs';
import type { Risk } from './messages';
import type { Surroundings } from './surroundings';

/** The most shares of one order that the risk service approves. */
export const MOST_SHARES = 900;

/** Answers whether an order may be executed. While the service is down, it fails some requests and never answers others. */
export function riskHandlers({ scheduler, random, load }: Surroundings): HandlersOf<typeof Risk> {
  return {
    check({ order }) {
      const { riskFailureRate, riskLatency } = load();
      const isDown = random() < riskFailureRate;
      if (isDown && random() < 1 / 3) return NEVER;
      return timer(riskLatency * (0.5 + random()), scheduler).pipe(
        map(() => {
          if (isDown) throw new Error('risk: no connection');
          return { isApproved: order.quantity <= MOST_SHARES };
        }),
      );
    },
  };
}
