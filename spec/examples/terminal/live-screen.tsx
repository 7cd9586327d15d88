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
  const app = render(null, { stdout: overwriting(stdout), stdin, exitOnCtrlC: false, patchConsole: false });
  const views = views$.subscribe((view) => {
    app.rerender(
      <Keys onKey={onKey} onInterrupt={onInterrupt}>
        {draw(view, stdout.columns, stdout.rows)}
      </Keys>,
    );
  });
  return () => {
    views.unsubscribe();
    app.clear();
    app.unmount();
  };
}

interface KeysProps {
  readonly onKey: (key: string) => void;
  readonly onInterrupt: () => void;
  readonly children: ReactElement;
}

function Keys({ onKey, onInterrupt, children }: KeysProps): ReactElement {
  const { isRawModeSupported } = useStdin();
  useInput(
    (input, key) => {
      if (key.ctrl && input === 'c') onInterrupt();
      else onKey(input);
    },
    { isActive: isRawModeSupported },
  );
  return children;
}
