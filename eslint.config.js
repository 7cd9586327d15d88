import rxjs from 'eslint-plugin-rxjs-x';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const house = [
  { selector: 'ExportAllDeclaration', message: 'Name what is exported: no `export *`.' },
  { selector: 'ExportDefaultDeclaration', message: 'No default exports.' },
  { selector: 'TSEnumDeclaration', message: 'Literal unions, not enums.' },
  {
    selector: ':matches(PropertyDefinition, MethodDefinition[kind!="constructor"], TSParameterProperty)[accessibility="private"]',
    message: '#private, not `private`.',
  },
];

export default defineConfig(
  // The Angular application is built where it is installed, and has packages that are only there.
  { ignores: ['dist/', '.reports/', 'spec/package/packed/angular/'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, rxjs.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-restricted-syntax': ['error', ...house],
      // A send that returns an Observable is cold (rule S1): without a subscription it sends nothing.
      'rxjs-x/no-floating-observables': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-deprecated': ['error', { allow: [{ from: 'package', package: 'rxjs', name: ['Subscriber', 'super', 'observable'] }] }],
      '@typescript-eslint/no-empty-object-type': ['error', { allowObjectTypes: 'always' }],
      // UnhandledMessage is no Error: inside the broker it becomes the code `Unhandled`.
      '@typescript-eslint/only-throw-error': [
        'error',
        { allow: [{ from: 'file', name: 'UnhandledMessage' }], allowThrowingAny: true, allowThrowingUnknown: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],

      // A message's type is a phantom: `any` says "whatever its actor accepts", and inside the broker it is erased.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // What the operators and the turns cast is their own, and a check at run time would cost each message.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // The compiler looks, and knows what is used as a type.
      '@typescript-eslint/no-unused-vars': 'off',
      // No reply is `void`.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // A handler called in between may have changed the field, and a caller without types may have left it out.
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  {
    // Public classes that users observe with or proxy: RxJS 6 and Vue call them through derived objects, which have no `#private` state.
    files: ['src/broker/{local-broker,registration}.ts', 'src/mailbox/{mailbox,delivery-stream}.ts', 'src/observability/dead-letter-queue.ts', 'src/testing/broker-test-probe.ts'],
    rules: { 'no-restricted-syntax': ['error', ...house.filter(({ message }) => !message.startsWith('#private'))] },
  },
  {
    // A class that exists to carry a type, and one that is merged with its type.
    files: ['src/message/message.ts', 'src/mailbox/mailbox.ts'],
    rules: {
      '@typescript-eslint/no-empty-object-type': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unsafe-declaration-merging': 'off',
    },
  },
  {
    files: ['spec/**', 'marbles/**', 'bench/**'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      // Wrong input, and handlers of every form, are what is tested.
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-unnecessary-type-arguments': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'rxjs-x/throw-error': 'off',
    },
  },
  // What must compile there, and what must not, is never run.
  { files: ['spec/package/packed/consumer/**'], rules: { 'rxjs-x/no-floating-observables': 'off' } },
  { files: ['**/*.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
);
