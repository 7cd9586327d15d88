import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { resolve } = createRequire(import.meta.url);
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'jest-jsdom-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe('under Jest, in jsdom', () => {
  it('a broker does all that it does elsewhere', async () => {
    // With the source in the same bundle, since Jest reads no TypeScript.
    await build({
      entryPoints: [join(root, 'spec/environments/jest-jsdom/broker.test.js')],
      outdir: home,
      tsconfig: join(root, 'tsconfig.json'),
      ...{ bundle: true, format: 'cjs', target: 'es2022' },
    });
    const config = { rootDir: home, testEnvironment: resolve('jest-environment-jsdom'), transform: {} };
    const report = join(home, 'report.json');
    const jest = join(resolve('jest/package.json'), '../bin/jest.js');
    await promisify(execFile)(process.execPath, [jest, '--config', JSON.stringify(config), '--json', '--outputFile', report], { cwd: home });
    const { numPassedTests, numTotalTests } = JSON.parse(await readFile(report, 'utf8')) as Record<string, number>;
    expect([numPassedTests, numTotalTests]).toEqual([7, 7]);
  });
});
