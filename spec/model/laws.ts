import type { BrokerMetrics } from 'rx-broker';
import type { BrokerPlayer } from './broker-player';
import { Difference } from './difference';
import type { ModelPlayer } from './model-player';

/** What holds after every command, and what the model says of the numbers: `seen` are the broker's own. */
export function checkLaws(model: ModelPlayer, player: BrokerPlayer, seen: BrokerMetrics): void {
  checkCounts(model, seen);
  checkLetters(model, player, seen);
  for (const [id, { mailbox }] of player.actors) {
    const expected = model.broker.actors.get(id);
    if (expected === undefined) continue;
    const { size, capacity } = mailbox;
    expectSame(`queued at ${id} (M1)`, expected.queue.length, size);
    if (size > capacity) throw new Difference('M1', `${id} queues ${size} at a capacity of ${capacity}`);
  }
}

/** O2, by the broker's own numbers and by the model's. */
function checkCounts(model: ModelPlayer, seen: BrokerMetrics): void {
  const { counts, pending, asks, turns, actors, letters } = model.broker;
  let failed = 0;
  for (const code in seen.failedBy) {
    const count = seen.failedBy[code as keyof typeof seen.failedBy];
    failed += count;
    expectSame(`failed by ${code}`, counts.failedBy[code] ?? 0, count);
  }
  expectSame('O2: totalSent', seen.totalDelivered + seen.totalFailed + seen.pending, seen.totalSent);
  expectSame('O2: totalDelivered', seen.totalSucceeded + seen.totalErrored + seen.totalAborted + seen.inFlight, seen.totalDelivered);
  expectSame('O2: totalFailed', failed, seen.totalFailed);
  expectSame('totalSent', counts.sent, seen.totalSent);
  expectSame('totalDelivered', counts.delivered, seen.totalDelivered);
  expectSame('totalSucceeded', counts.succeeded, seen.totalSucceeded);
  expectSame('totalErrored', counts.errored, seen.totalErrored);
  expectSame('totalAborted', counts.aborted, seen.totalAborted);
  expectSame('pending', pending, seen.pending);
  expectSame('inFlight', turns.open.size, seen.inFlight);
  expectSame('openRequests', asks.size, seen.openRequests);
  expectSame('registeredActors', actors.size, seen.registeredActors);
  expectSame('totalDeadLettered', letters.made, seen.totalDeadLettered);
}

/** O4: letters made = stored + sent again + evicted + cleared. */
function checkLetters(model: ModelPlayer, { queue }: BrokerPlayer, seen: BrokerMetrics): void {
  const { letters } = model.broker;
  expectSame('letters stored', letters.stored.length, queue.size);
  expectSame('letters evicted', letters.evicted, queue.evicted);
  expectSame('letters made', queue.size + model.redelivered + queue.evicted + model.cleared, seen.totalDeadLettered);
}

function expectSame(what: string, expected: number, seen: number): void {
  if (expected !== seen) throw new Difference(what, `expected ${expected}, saw ${seen}`);
}
