import { readFileSync, readdirSync } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Quote } from '../../order-desk/quote-board';
import { BUILT } from './build-app';

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.txt': 'text/plain', '.json': 'application/json' };
const PAGES = new Set(['/', '/check', '/actors']);

type Render = (url: string, document: string, quotes: readonly Quote[]) => Promise<string>;

/** Serves what was built: pages as HTML with what `quotes` gives, and their files. */
export async function createPageServer(quotes: () => readonly Quote[]): Promise<Server> {
  // Angular reads them when it is loaded. The compiler links the parts of Angular that are not in the bundle.
  Object.assign(globalThis, { ngServerMode: true, ngDevMode: false });
  await import('@angular/compiler');
  const { render } = (await import(pathToFileURL(join(BUILT.server, 'main.js')).href)) as { readonly render: Render };
  const document = readFileSync(join(BUILT.browser, 'index.html'), 'utf8');
  // All that may be asked for is known, so no path leads elsewhere.
  const files = new Map(readdirSync(BUILT.browser).map((name) => [`/${name}`, readFileSync(join(BUILT.browser, name))]));
  files.delete('/index.html');

  async function answer({ url = '/', method = 'GET' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(url, 'http://localhost');
    const file = files.get(pathname);
    if (method !== 'GET' && method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
    else if (file !== undefined) {
      // Their names change with their content.
      response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'application/octet-stream', 'cache-control': 'max-age=31536000, immutable' }).end(file);
    } else if (PAGES.has(pathname)) {
      const html = await render(pathname, document, quotes());
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html);
    } else response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
  }

  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      response.writeHead(500, { 'content-type': 'text/plain' }).end('The page could not be rendered\n');
    });
  });
}
