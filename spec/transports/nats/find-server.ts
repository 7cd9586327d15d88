import { execFileSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Where `.ci/nats-server.sh` puts the server that it fetches. */
const FETCHED = fileURLToPath(new URL('../../../.reports/nats/nats-server', import.meta.url));

/** The NATS server of this machine, 2.11 or newer, or `undefined`. */
export const serverPath: string | undefined = find();

function find(): string | undefined {
  const named = process.env['NATS_SERVER_BIN'];
  if (named !== undefined) return named;
  const inPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'nats-server'));
  return [...inPath, FETCHED].find((path) => existsSync(path) && isNewEnough(path));
}

function isNewEnough(path: string): boolean {
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' })) ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 11);
}

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
