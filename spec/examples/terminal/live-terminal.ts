/** Whether a view that changes in place can be shown: on a terminal that somebody looks at. */
export function isLiveTerminal({ stdout, env }: NodeJS.Process): boolean {
  return stdout.isTTY && env['TERM'] !== 'dumb' && !isSet(env['CI']) && !isSet(env['CONTINUOUS_INTEGRATION']);
}

/** Sets what Ink and React read when they are loaded. To be called before that. */
export function prepareEnvironment({ env }: NodeJS.Process): void {
  if (isSet(env['NO_COLOR'])) env['FORCE_COLOR'] = '0';
  env['NODE_ENV'] ??= 'production';
}

/** Ends the program quietly if the reader of a pipe has read enough: `npm start | head -1`. What nobody reads on stderr is not missed. */
export function endWithPipe({ stdout, stderr }: NodeJS.Process): void {
  stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
  stderr.on('error', () => undefined);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
