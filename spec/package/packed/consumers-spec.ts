import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import * as main from 'rx-broker';
import * as operators from 'rx-broker/operators';
import * as testing from 'rx-broker/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUNDLERS, bundleOf } from './bundlers';
import { RESOLUTIONS, createConsumerHome, root, run } from './consumer-home';
import { expectedMistakes, firstLines, isAsExpected } from './first-lines';
import { createReactHome, runReactSpecs } from './react-home';

const TYPESCRIPTS = ['5.4.5', '5.9.3', '6.0.3', '7.0.2'];
/** TypeScript 6 knows `node10` only where it is told that this is deprecated; TypeScript 7 does not know it. */
const OUTDATED: Readonly<Record<string, readonly string[] | undefined>> = { '6.0.3': ['--ignoreDeprecations', '6.0'], '7.0.2': undefined };
/** The oldest React of each line that has `act`. The other specs run with the newest. */
const REACTS = ['18.3.1', '19.0.0'];
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
  it("holds what was built, the licence, the README's pages, and no sources", async () => {
    const files = await readdir(join(home, 'node_modules/rx-broker'));
    expect(files.sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json', 'spec']);
    const pages = await readdir(join(home, 'node_modules/rx-broker/spec'), { recursive: true });
    expect(pages.filter((path) => !path.endsWith('.md'))).toEqual(['examples']);
    expect(pages).toContain('examples/angular.md');
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

  it('points from what was built to its sources, which it brings with it', async () => {
    const text = "try { new (require('rx-broker').InMemoryMessageBroker)({ requestTimeout: -1 }) } catch (error) { console.log(error.stack) }";
    for (const flags of [[], ['--no-experimental-require-module']]) {
      const stack = await run(process.execPath, ['--enable-source-maps', ...flags, '--eval', text], home);
      const [, file, line] = /node_modules\/rx-broker\/(src\/[\w/-]+\.ts):(\d+):/.exec(stack)!;
      expect((await readFile(join(root, file!), 'utf8')).split('\n')[Number(line) - 1]).toContain('throw ');
    }
    const dist = join(home, 'node_modules/rx-broker/dist');
    const maps = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith('.map'));
    const sources = await Promise.all(
      maps.map(async (name) => JSON.parse(await readFile(join(dist, name), 'utf8')) as { sources: string[]; sourcesContent: string[] }),
    );
    expect(sources.flatMap((map) => map.sources).filter((path) => path.endsWith('src/kernel/run.ts'))).toHaveLength(2);
    expect(sources.filter((map) => map.sourcesContent.filter((content) => content !== '').length !== map.sources.length)).toEqual([]);
  });

  it.each([
    ['Jest', [join(root, 'node_modules/jest/bin/jest.js'), '--testMatch', '**/*.test.cjs', '--rootDir', '.']],
    ['Mocha', [join(root, 'node_modules/mocha/bin/mocha.js'), 'runners.test.cjs']],
    ['Node’s own runner', ['--test', 'runners.test.cjs']],
  ])('is tested with by %s', async (_runner, args) => {
    await expect(run(process.execPath, args, home)).resolves.toBeDefined();
  });

  describe.each(TYPESCRIPTS)('under TypeScript %s', (version) => {
    const compile = (project: string, ...options: readonly string[]): Promise<string> =>
      run('npx', ['-y', '-p', `typescript@${version}`, 'tsc', '-p', `tsconfig.${project}.json`, ...options], home);
    const outdated = version in OUTDATED ? OUTDATED[version] : [];

    it('names the commonest mistakes in its first line, with no wall of overloads (S6)', async () => {
      const wanted = await expectedMistakes(home);
      const said = await firstLines(home, version);
      const asWanted = said.map(({ line, text }, index) => ({ line, text: isAsExpected(text, wanted[index]?.text ?? '') ? wanted[index]!.text : text }));
      expect(asWanted).toEqual(wanted);
    });

    it.each(Object.keys(RESOLUTIONS).filter((resolution) => resolution !== 'node10' || outdated !== undefined))(
      'has the promised types, resolved as by %s',
      async (resolution) => {
        await compile(resolution, ...(resolution === 'node10' ? outdated! : []));
      },
    );

    it('ends what `using` and `await using` hold (R1, §7)', async () => {
      await compile('disposing');
      expect(await outcomeOf('disposing/using.js')).toEqual({ lines: ['inside'], registered: false, afterwards: 'refused' });
    });
  });

  it.each(REACTS)('passes the specs of its hooks with React %s, and has types for it', async (version) => {
    const folder = await createReactHome(home, version);
    const { numPassedTests, numFailedTests, success } = await runReactSpecs(folder);
    expect([numFailedTests, success]).toEqual([0, true]);
    expect(numPassedTests).toBeGreaterThan(40);
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], folder);
  });

  it('has hooks that take less than 0.8 kB beside the broker and React', async () => {
    const entryPoints = [join(home, 'node_modules/rx-broker/dist/react/index.js')];
    const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, format: 'esm', target: 'es2022', write: false, external: ['react', 'rxjs'] });
    expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).length).toBeLessThan(800);
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
