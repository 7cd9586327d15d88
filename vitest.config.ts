import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));
const specs = ['spec/**/*-spec.{ts,tsx}', 'marbles/**/*-{spec,marbles}.ts'];
/** Packs, installs and type-checks: slow, and in need of a registry. `npm run test:package` runs them. */
const packed = ['spec/package/packed/*-spec.ts'];
/** What measures the heap, or has processes of its own. */
const measured = ['spec/node/*-spec.ts'];
/** What needs a NATS server, real time and processes of its own: `npm run test:nats`. */
const nats = ['spec/transports/nats/**'];
/** What builds the page of the order desk, and looks at it in Chromium: `npm run test:page`. */
const page = ['spec/examples/order-desk-angular/*-spec.ts'];
/** The part of an example that is for pages. */
const inPage = ['spec/examples/workers/in-page-spec.ts'];
/** What patches its process for good. */
const patching = ['spec/environments/zone-spec.ts'];
/** What runs in an Angular application: each file has Angular's modules, and a page, to itself. */
const angular = ['spec/angular/**/*-spec.ts'];
/** What of it needs Node: a server, or zone.js, which would patch the page of all specs. */
const angularInNode = ['spec/angular/{server,zone}*-spec.ts'];
/** What Node alone has, or runs. */
const nodeOnly = ['spec/environments/{async-local-storage,jest-jsdom}-spec.ts', 'spec/transports/message-port/*-threads-spec.ts'];
/** What runs nothing of `src` that others do not: documents, processes, the heap, the clock, and what is broken on purpose. */
const elsewhere = ['spec/package/**', 'spec/examples/**', 'spec/readme/**', ...measured, ...patching, ...angular, 'spec/liveness/**', ...nats, 'spec/**/broken/**'];
/** What `vitest` runs without `--project`, so that it asks for no browser and no registry. (The option has no type outside the command line.) */
const unlessTold = { project: ['node', 'heap', 'angular'] };
/** `.ci/run` reads the counts of a run from the file it names here. */
const report = process.env['VITEST_JSON'];

export default defineConfig({
  // The specs import the package by its name, as its users do.
  resolve: {
    alias: [
      { find: /^rx-broker$/, replacement: source('index.ts') },
      { find: /^rx-broker\/([a-z/-]+)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    ...unlessTold,
    // As many as there are cores. Vitest would leave one to itself, which it hardly uses: on two, half the time.
    maxWorkers: availableParallelism(),
    // Specs share what they import: `src` keeps no state in its modules, and loading it anew for each file took as long as a third of the tests.
    isolate: false,
    // Far above what any spec takes (the longest 10 s): a busy machine fails none for its slowness.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    // Written where handlers and observers fail on purpose; the specs of these lines listen for themselves.
    onConsoleLog: (text) => !/in a mailbox without a broker|Handle this by the broker's onError|an observer or a callback threw: /.test(text),
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // Specs with real servers run what is for NATS: `npm run test:nats`.
      exclude: ['src/**/index.ts', 'src/transports/nats/**'],
      reporter: ['text-summary', 'json-summary', 'html'],
      reportsDirectory: '.reports/coverage',
      thresholds: { lines: 95, branches: 95 },
    },
    projects: [
      // Where CI is set, Ink shows its last frame only.
      { extends: true, test: { name: 'node', env: { CI: 'false' }, include: specs, exclude: [...packed, ...measured, ...patching, ...angular, ...nats, ...page, ...inPage] } },
      { extends: true, test: { name: 'angular', include: angular, isolate: true, environment: 'jsdom' } },
      // Each in a process that holds nothing of others: collecting the garbage is quick there, and the heap still.
      { extends: true, test: { name: 'heap', include: [...measured, ...patching], isolate: true } },
      // A million scripts of the model, each time others. MODEL_RUNS and MODEL_SEED say how many, and play a run again.
      {
        extends: true,
        test: {
          name: 'long',
          include: ['spec/model/model-spec.ts', 'spec/model/nodes/nodes-spec.ts'],
          env: { MODEL_RUNS: process.env['MODEL_RUNS'] ?? '1000000', MODEL_SEED: process.env['MODEL_SEED'] ?? String(Math.floor(Math.random() * 2 ** 31)) },
        },
      },
      // What `npm run coverage` measures.
      { extends: true, test: { name: 'coverage', include: specs, exclude: elsewhere, env: { MODEL_RUNS: '1000' } } },
      { extends: true, test: { name: 'nats', include: ['spec/transports/nats/*-spec.ts'] } },
      // One file after the other, since each builds the package.
      { extends: true, test: { name: 'package', include: packed, fileParallelism: false } },
      // One page after the other, since the specs count frames.
      { extends: true, test: { name: 'page', include: page, fileParallelism: false } },
      {
        extends: true,
        // All at once: Vite would find the server's part late, and load the other two again.
        optimizeDeps: {
          include: ['react', 'react/jsx-dev-runtime', 'react-dom/client', 'react-dom/server', '@nats-io/nats-core', '@nats-io/jetstream', '@nats-io/kv'],
        },
        test: {
          name: 'chromium',
          include: [...specs, ...inPage],
          // Starts a NATS server, where there is one.
          globalSetup: ['spec/transports/nats/page/server-for-pages.ts'],
          // What needs a file system, child processes, Node's async contexts or the garbage collector.
          exclude: ['spec/package/**', 'spec/examples/*-spec.{ts,tsx}', ...page, 'spec/readme/**', 'spec/node/**', 'spec/transports/nats/*.ts', ...patching, ...nodeOnly, ...angularInNode],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
                args: [
                  '--no-sandbox',
                  '--disable-gpu',
                  '--disable-quic',
                  '--no-first-run',
                  '--disable-background-networking',
                  '--disable-component-update',
                  '--disable-sync',
                ],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
