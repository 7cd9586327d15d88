import { configDefaults, defineConfig } from 'vitest/config';
import base from '../../vitest.config';

/**
 * The specs that Stryker runs against each mutant: those that load `src/` and are fast. What starts processes, packs, type-checks,
 * waits for the garbage collector or tests the tests would cost a run hours and kill nothing that these do not.
 */
export default defineConfig({
  resolve: base.resolve,
  test: {
    name: 'mutation',
    include: ['spec/**/*-spec.ts', 'marbles/**/*-spec.ts'],
    exclude: [
      ...configDefaults.exclude,
      'spec/{package,examples,readme,node,liveness,hostile,model}/**',
      'spec/contracts/broken/**',
      'spec/broker/random-run-spec.ts',
      'spec/mailbox/numbers-spec.ts',
    ],
    testTimeout: 5_000,
    reporters: ['default'],
  },
});
