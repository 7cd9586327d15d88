import { type LiveTerminal, showScreen } from '../../terminal/live-screen';
import type { Session } from '../session';
import { Dashboard } from './dashboard';
import { pressLoadKey } from './keys';
import { viewsOf } from './views';

/** Milliseconds between two frames. */
const FRAME = 100;

/** Shows a session on a terminal, and takes keys. Call the result to take it off the screen. */
export function showLive(session: Session, terminal: LiveTerminal): () => void {
  return showScreen({
    ...terminal,
    views$: viewsOf(session, FRAME),
    draw: (view, columns, rows) => <Dashboard {...view} columns={columns} rows={rows} />,
    onKey(key) {
      if (key === 'q') session.stop();
      else if (key === 'r') {
        session.takeOver();
        session.desk.redeliver();
      } else if (pressLoadKey(key, session.desk)) session.takeOver();
    },
  });
}
