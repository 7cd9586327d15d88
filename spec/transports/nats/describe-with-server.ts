import { describe, expect, it } from 'vitest';
import { serverPath } from './server-path';

/** Describes what needs a NATS server. Without one, it is skipped with a line that says so; under CI that is a failure. */
export function describeWithServer(name: string, specs: () => void): void {
  if (serverPath !== undefined) return void describe(name, specs);
  if (process.env['CI'] !== undefined) {
    describe(name, () => {
      it('has a NATS server', () => expect.fail('there is no NATS server: bash .ci/nats-server.sh fetches one'));
    });
    return;
  }
  console.warn(`${name}: skipped, there is no NATS server. bash .ci/nats-server.sh fetches one.`);
  describe.skip(name, specs);
}
