import { type Options, defineConfig } from 'tsup';

const entries = ['src/index.ts', 'src/*/index.ts', 'src/transports/*/index.ts'];

const shared: Options = {
  // Its default for CommonJS would give every entry a copy of each class.
  splitting: true,
  sourcemap: true,
  minifySyntax: true,
  treeshake: true,
  platform: 'neutral',
  target: 'es2022',
  // tsup sets `baseUrl`, which TypeScript 6 deprecates.
  dts: { compilerOptions: { ignoreDeprecations: '6.0', stripInternal: true } },
  tsconfig: '.config/tsconfig.build.json',
};

/** One build for each format, since Angular is ES modules only. Each build deletes what it wrote before, and nothing of the other. */
export default defineConfig([
  { ...shared, format: 'esm', entry: [...entries, 'src/angular/testing/index.ts'], clean: ['!**/*.cjs*'] },
  { ...shared, format: 'cjs', entry: [...entries, '!src/angular/index.ts'], clean: ['!**/*.{js,js.map}'] },
]);
