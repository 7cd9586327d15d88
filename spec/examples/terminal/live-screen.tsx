import { render, useInput, useStdin } from 'ink';
import type { ReactElement } from 'react';
import type { Observable } from 'rxjs';
import { overwriting } from './overwriting';

/** The terminal of a live view, and who gets Ctrl-C. It comes as a key, since the terminal is in raw mode. */
export interface LiveTerminal {
  readonly stdout: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  readonly onInterrupt: () => void;
}

export interface LiveScreen<View> extends LiveTerminal {
  readonly views$: Observable<View>;
  readonly draw: (view: View, columns: number, rows: number) => ReactElement;
  readonly onKey: (key: string) => void;
}

/** Shows views on a terminal, one in the place of the other, and takes keys. Call the result to take them off the screen. */
export function showScreen<View>({ views$, draw, stdout, stdin, onKey, onInterrupt }: LiveScreen<View>): () => void {
  // A key that was pressed before is on the screen.
  stdout.write('\r\u001b[K');
  const terminal = overwriting(stdout);
  const app = render(null, { stdout: terminal, stdin, exitOnCtrlC: false, patchConsole: false });
  const views = views$.subscribe((view) => {
    app.rerender(
      <Keys onKey={onKey} onInterrupt={onInterrupt}>
        {draw(view, terminal.columns, terminal.rows)}
      </Keys>,
    );
  });
  return () => {
    views.unsubscribe();
    app.clear();
    app.unmount();
  };
}

const CTRL_C = '\u0003';

interface KeysProps {
  readonly onKey: (key: string) => void;
  readonly onInterrupt: () => void;
  readonly children: ReactElement;
}

function Keys({ onKey, onInterrupt, children }: KeysProps): ReactElement {
  const { stdin } = useStdin();
  useInput(
    (input, { ctrl, meta }) => {
      const isSequence = meta || /^\[./.test(input);
      if (ctrl && input === 'c') onInterrupt();
      else if (!ctrl && !isSequence) eachKey(input);
    },
    { isActive: isTerminal(stdin) },
  );

  /** Keys that are pressed faster than the program reads come together, Ctrl-C among them. */
  function eachKey(keys: string): void {
    for (const key of keys) {
      if (key === CTRL_C) onInterrupt();
      else onKey(key.toLowerCase());
    }
  }

  return children;
}

/** Node leaves `isTTY` out where there is no terminal. Ink takes that for `true`, and fails. */
function isTerminal({ isTTY }: { readonly isTTY?: boolean }): boolean {
  return isTTY === true;
}
