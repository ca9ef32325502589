/**
 * The live page, in the browser. It shows the state of the daemon and sends the acts of operators, by the same HTTP calls
 * that programs use (docs/protocol.md). It decides nothing, and keeps nothing but its reader's choice of colours and zone.
 *
 * Texts of clients and nodes are shown as text, never as HTML: the page builds no markup from strings, and its policy
 * (`door/routes/page.ts`) forbids it.
 */
import { render } from 'preact';
import { startSession } from './data/session.ts';
import { App } from './shell/app.tsx';
import { followChoices } from './shell/choices.ts';
import { followLinks } from './shell/router.ts';

followChoices();
followLinks();
render(<App />, document.body);
await startSession();
