import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as main from 'rx-broker';
import * as operators from 'rx-broker/operators';
import * as testing from 'rx-broker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUNDLERS, bundleOf } from './bundlers';
import { RESOLUTIONS, createConsumerHome, root, run } from './consumer-home';

const TYPESCRIPTS = ['5.4.5', '5.9.3', '6.0.3', '7.0.2'];
/** A method of the public surface: no minifier changes its name, and only the broker has it. */
const ONLY_IN_BROKER = 'tryBroadcast';

let home: string;

const outcomeOf = async (...args: string[]): Promise<unknown> => JSON.parse(await run(process.execPath, args, home));

const namesOf = (entry: object): string[] => Object.keys(entry).sort();
const expected = {
  names: { main: namesOf(main), operators: namesOf(operators), testing: namesOf(testing) },
  reply: 2,
  probed: [true, false],
  oneClass: true,
};

beforeAll(async () => {
  home = await createConsumerHome();
});

afterAll(() => rm(home, { recursive: true, force: true }));

describe('the packed package', () => {
  it('holds what was built, the licence, and no source', async () => {
    const files = await readdir(join(home, 'node_modules/rx-broker'));
    expect(files.sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
  });

  it('brings no package with it but rxjs', async () => {
    const installed = (await readdir(join(home, 'node_modules'))).filter((name) => !name.startsWith('.'));
    expect(installed.sort()).toEqual(['rx-broker', 'rxjs', 'tslib']);
  });

  it('is imported', async () => {
    const file = join(home, 'node_modules/rx-broker/dist/index.js');
    expect(await outcomeOf('run.mjs')).toEqual({ ...expected, file, sharesClasses: true });
  });

  it('is required, and is then the same as the imported one', async () => {
    expect(await outcomeOf('run.cjs')).toEqual({ ...expected, file: join(home, 'node_modules/rx-broker/dist/index.js') });
  });

  it('is required where `require` takes no ES module', async () => {
    const file = join(home, 'node_modules/rx-broker/dist/index.cjs');
    expect(await outcomeOf('--no-experimental-require-module', 'run.cjs')).toEqual({ ...expected, file });
  });

  it.each([
    ['Jest', [join(root, 'node_modules/jest/bin/jest.js'), '--testMatch', '**/*.test.cjs', '--rootDir', '.']],
    ['Mocha', [join(root, 'node_modules/mocha/bin/mocha.js'), 'runners.test.cjs']],
    ['Node’s own runner', ['--test', 'runners.test.cjs']],
  ])('is tested with by %s', async (_runner, args) => {
    await expect(run(process.execPath, args, home)).resolves.toBeDefined();
  });

  describe.each(TYPESCRIPTS)('under TypeScript %s', (version) => {
    it.each(Object.keys(RESOLUTIONS))('has the promised types, resolved as by %s', async (resolution) => {
      await run('npx', ['-y', '-p', `typescript@${version}`, 'tsc', '-p', `tsconfig.${resolution}.json`], home);
    });
  });

  describe.each(Object.entries(BUNDLERS))('bundled by %s', (name, bundle) => {
    /** Bundles one of the consumers; answers its file and its text. */
    async function bundled(app: string, { minify = false, withoutRxjs = false } = {}): Promise<{ outFile: string; code: string }> {
      const outFile = bundleOf(home, name, app);
      expect(await bundle({ entry: join(home, 'bundled', `${app}.js`), outFile, minify, withoutRxjs })).toEqual([]);
      return { outFile, code: await readFile(outFile, 'utf8') };
    }

    it.each([true, false])('runs, and has one copy of each class; minified: %s', async (minify) => {
      const { outFile, code } = await bundled('app', { minify });
      expect(await outcomeOf(outFile)).toEqual({ added: [1, 2, 3], totals: [6, 6], oneClass: true, sent: 5 });
      expect(code).toContain(ONLY_IN_BROKER);
      expect(code).not.toMatch(/from ?["']/);
    });

    it('brings one operator without the broker: 2.7 kB (§8), and the app', async () => {
      const whole = await bundled('one-operator');
      expect(await outcomeOf(whole.outFile)).toEqual([1, 10, 2, 20, 3, 30]);
      expect(whole.code).not.toContain(ONLY_IN_BROKER);
      const { code } = await bundled('one-operator', { minify: true, withoutRxjs: true });
      expect(code).toMatch(/from ?["']rxjs["']/);
      expect(gzipSync(code).length).toBeLessThan(3_200);
    });

    it('brings nothing where nothing is used: no import has an effect', async () => {
      const { outFile, code } = await bundled('nothing', { minify: true });
      expect(await outcomeOf(outFile)).toBe('nothing of it is used');
      expect(code.length).toBeLessThan(200);
    });
  });
});
