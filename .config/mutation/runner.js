import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { config } from 'rxjs';
import { ALONE, EXCLUDED, FOLDERS, LONG } from './specs.js';

/** In the sandbox: which is not where a runner is loaded, but where it works. */
const bundlePath = () => resolve(`mutation-specs-${process.env.STRYKER_MUTATOR_WORKER ?? 0}.mjs`);
const knownPath = () => resolve('mutation-dry-run.json');
const { setTimeout, clearTimeout } = globalThis;

/**
 * Runs the specs against mutants in one process, loaded once: Vitest loads them anew for each mutant, which takes seconds where the
 * spec that kills it takes milliseconds. Three thousand mutants are an hour so, and a day otherwise.
 */
class InProcessRunner {
  #tests = [];
  /** What the run without a mutant has shown of each test: how long it takes, and how often it comes to each mutant. */
  #known = {};
  #kills = new Map();
  #loads = 0;
  #ns = (globalThis.__stryker__ ??= {});

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    // What a mutant leaves behind may fail when it is nobody's failure any more.
    process.on('uncaughtException', () => {});
    process.on('unhandledRejection', () => {});
    process.env.MODEL_RUNS = '150';
    await bundleSpecs();
    if (existsSync(knownPath())) this.#known = JSON.parse(readFileSync(knownPath(), 'utf8'));
  }

  async dryRun() {
    this.#activate(undefined);
    await this.#load();
    const { mutantCoverage } = this.#ns;
    const tests = [];
    for (const test of this.#tests) {
      this.#ns.currentTestId = test.id;
      const start = performance.now();
      const failure = await this.#failureOf(test, undefined);
      const ms = performance.now() - start;
      tests.push({ id: test.id, name: test.title, fileName: resolve(test.file), timeSpentMs: ms, status: failure === undefined ? 0 : 1, failureMessage: failure });
      this.#known[test.id] = { ms, hits: mutantCoverage.perTest[test.id] ?? {} };
    }
    writeFileSync(knownPath(), JSON.stringify(this.#known));
    return { status: 'complete', tests, mutantCoverage };
  }

  async mutantRun({ activeMutant: { id: mutant }, testFilter, reloadEnvironment, mutantActivation }) {
    const isStatic = mutantActivation === 'static';
    this.#activate(isStatic ? mutant : undefined);
    if (reloadEnvironment || this.#loads === 0) {
      try {
        await this.#load();
      } catch (error) {
        return { status: 'killed', killedBy: [Object.keys(this.#known)[0]], failureMessage: `does not load: ${textOf(error)}`, nrOfTests: 0 };
      }
    }
    const wanted = testFilter && new Set(testFilter);
    const tests = this.#tests.filter(({ id }) => wanted === undefined || wanted.has(id)).sort((a, b) => this.#costOf(a) - this.#costOf(b));
    for (const [i, test] of tests.entries()) {
      const failure = await this.#killOf(test, mutant, isStatic);
      if (failure === ENDLESS) return { status: 'timeout', reason: `${test.id} goes on and on` };
      if (failure === undefined) continue;
      this.#kills.set(test.id, (this.#kills.get(test.id) ?? 0) + 1);
      return { status: 'killed', killedBy: [test.id], failureMessage: failure, nrOfTests: i + 1 };
    }
    return { status: 'survived', nrOfTests: tests.length };
  }

  /**
   * What the test fails with because of this mutant. On a machine that has become busier, the test takes longer without the mutant, too, and
   * has more time then.
   */
  async #killOf(test, mutant, isStatic) {
    for (let attempt = 0; ; attempt++) {
      const limit = this.#limitOf(test);
      const failure = await this.#failureOf(test, mutant);
      if (failure === undefined || failure === ENDLESS || isStatic) return failure;
      const start = performance.now();
      // A mutant that has spoilt more than its own run: the next process is a clean one, and begins with it again.
      if ((await this.#failureOf(test, undefined)) !== undefined) process.exit(1);
      const known = (this.#known[test.id] ??= { ms: 0, hits: {} });
      known.ms = Math.max(known.ms, performance.now() - start);
      if (!failure.startsWith(LATE) || this.#limitOf(test) <= limit || attempt === 5) return failure;
    }
  }

  #limitOf({ id }) {
    return 1_000 + 5 * (this.#known[id]?.ms ?? 1_000);
  }

  /** What the test fails with while this mutant is active. It must do so twice: an error that another has left behind is not its own. */
  async #failureOf(test, mutant) {
    const { hits = {} } = this.#known[test.id] ?? {};
    const limit = mutant === undefined ? 60_000 : this.#limitOf(test);
    let failure;
    for (let attempt = 0; attempt < 2; attempt++) {
      this.#activate(mutant, 10_000 + 100 * (hits[mutant] ?? 0));
      failure = await run(test, limit);
      const isEndless = this.#ns.hitCount > this.#ns.hitLimit;
      this.#activate(undefined);
      config.onUnhandledError = null;
      if (isEndless) return ENDLESS;
      if (failure === undefined) return undefined;
      await new Promise((resume) => setTimeout(resume, 5));
    }
    return failure;
  }

  /** The mutant's code throws when it has been come to more often than `hitLimit`: it loops. */
  #activate(mutant, hitLimit) {
    Object.assign(this.#ns, { activeMutant: mutant, hitCount: mutant === undefined ? undefined : 0, hitLimit });
  }

  /** Those that kill much in little time go first. */
  #costOf({ id }) {
    return (0.2 + (this.#known[id]?.ms ?? 0)) / (1 + (this.#kills.get(id) ?? 0));
  }

  async #load() {
    this.#ns.mutantCoverage = { static: {}, perTest: {} };
    const { shim, source, specs } = await import(`${pathToFileURL(bundlePath())}?${this.#loads++}`);
    await source();
    const atLoad = { ...this.#ns.mutantCoverage.static };
    for (const [path, load] of Object.entries(specs)) {
      shim.declareIn(path);
      await load();
    }
    // What the specs do with `src/` while they are loaded makes no mutant static.
    this.#ns.mutantCoverage.static = atLoad;
    this.#tests = shim.tests.filter(({ title }) => !LONG.test(title));
  }
}

const ENDLESS = Symbol('endless');
const NOT_OVER = 'not over after';
const LATE = `Error: ${NOT_OVER}`;

async function bundleSpecs() {
  const paths = FOLDERS.flatMap((folder) => readdirSync(folder, { recursive: true }).map((path) => `${folder}/${path}`));
  const specs = paths.filter((path) => path.endsWith('-spec.ts') && !EXCLUDED.test(path) && !ALONE.test(readFileSync(path, 'utf8'))).sort();
  const source = ['index', 'testing/index', 'operators/index'].map((path) => `await import('./src/${path}.ts');`).join('\n');
  const contents = `export * as shim from './.config/mutation/vitest.js';
    export const source = async () => {\n${source}\n};
    export const specs = {\n${specs.map((path) => `'${path}': () => import('./${path}'),`).join('\n')}\n};`;
  await build({
    stdin: { contents, resolveDir: process.cwd() },
    outfile: bundlePath(),
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
    plugins: [{ name: 'resolve-as-vitest-does', setup: resolveAsVitestDoes }],
  });
}

function resolveAsVitestDoes({ onResolve }) {
  onResolve({ filter: /^vitest$/ }, () => ({ path: resolve('.config/mutation/vitest.js') }));
  // Older copies have folders to import, which Node's own modules do not resolve.
  onResolve({ filter: /^rxjs[56]($|\/)/ }, ({ path }) => ({ path: createRequire(resolve('package.json')).resolve(path) }));
  onResolve({ filter: /^rx-broker($|\/)/ }, ({ path }) => ({ path: resolve(path.replace('rx-broker', 'src'), 'index.ts') }));
}

/** What the test failed with. */
async function run(test, limit) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${NOT_OVER} ${Math.round(limit)} ms`)), limit);
  });
  const inTime = async (work) => Promise.race([work(), late]);
  try {
    for (const hook of test.before) await inTime(hook);
    const running = test.run();
    if (running !== undefined) await inTime(() => running);
    return undefined;
  } catch (error) {
    return textOf(error);
  } finally {
    for (const hook of test.after) await inTime(hook).catch(() => {});
    clearTimeout(timer);
  }
}

function textOf(error) {
  try {
    return String(error instanceof Error ? `${error.name}: ${error.message}` : error).slice(0, 500);
  } catch {
    return 'something that cannot be printed';
  }
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', injectableClass: InProcessRunner }];
