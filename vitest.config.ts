import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** The specs import the package by its name, as its users do. */
const alias = [
  { find: /^rx-broker$/, replacement: source('index.ts') },
  { find: /^rx-broker\/(operators|testing)$/, replacement: source('$1/index.ts') },
];
const specs = ['spec/**/*-spec.ts', 'marbles/**/*-spec.ts'];

export default defineConfig({
  resolve: { alias },
  test: {
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/index.ts'],
      reporter: ['text-summary', 'json-summary'],
      reportsDirectory: '.reports/coverage',
      thresholds: { lines: 95, branches: 95 },
    },
    projects: [
      { extends: true, test: { name: 'node', include: specs } },
      {
        extends: true,
        test: {
          name: 'chromium',
          include: specs,
          // What needs a file system, child processes or the garbage collector.
          exclude: ['spec/package/**', 'spec/examples/**', 'spec/readme/**', 'spec/node/**'],
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
