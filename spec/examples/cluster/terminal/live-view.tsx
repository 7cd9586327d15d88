import { render, useInput, useStdin } from 'ink';
import type { ReactElement } from 'react';
import { overwriting } from '../../order-desk/terminal/overwriting';
import type { Session } from '../session';
import { Dashboard, type View } from './dashboard';
import { viewsOf } from './views';

/** Milliseconds between two frames. */
const FRAME = 100;

export interface LiveViewOptions {
  readonly session: Session;
  readonly stdout: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  /** Ctrl-C comes as a key, since the terminal is in raw mode. */
  readonly onInterrupt: () => void;
}

/** Shows a session on a terminal. Call the result to take it off the screen. */
export function showLive({ session, stdout, stdin, onInterrupt }: LiveViewOptions): () => void {
  const press = (key: string): void => {
    if (key === 'q') session.stop();
  };
  const element = (view: View): ReactElement => <Screen view={view} columns={stdout.columns} rows={stdout.rows} onKey={press} onInterrupt={onInterrupt} />;
  // A key that was pressed before is on the screen.
  stdout.write('\r\u001b[K');
  const app = render(null, { stdout: overwriting(stdout), stdin, exitOnCtrlC: false, patchConsole: false });
  const frames = viewsOf(session, FRAME).subscribe((view) => app.rerender(element(view)));
  return () => {
    frames.unsubscribe();
    app.clear();
    app.unmount();
  };
}

interface ScreenProps {
  readonly view: View;
  readonly columns: number;
  readonly rows: number;
  readonly onKey: (key: string) => void;
  readonly onInterrupt: () => void;
}

function Screen({ view, columns, rows, onKey, onInterrupt }: ScreenProps): ReactElement {
  const { isRawModeSupported } = useStdin();
  useInput(
    (input, key) => {
      if (key.ctrl && input === 'c') onInterrupt();
      else onKey(input);
    },
    { isActive: isRawModeSupported },
  );
  return <Dashboard {...view} columns={columns} rows={rows} />;
}
