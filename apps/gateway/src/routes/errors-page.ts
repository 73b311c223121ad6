import { errorTable } from '@multiwa/contracts';
import type { App } from './route-types.js';

const rows = Object.entries(errorTable).map(
  ([code, { status, sentence, fix }]) =>
    `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${sentence}</td><td>${fix}</td></tr>`,
);
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>MultiWA: errors</title>
<style>body{font:16px sans-serif;margin:2rem}td{padding:.4rem .8rem;vertical-align:top}:target{background:#ffd}</style>
</head>
<body>
<h1>Errors</h1>
<table>${rows.join('\n')}</table>
</body>
</html>
`;

/** Where the `type` of every problem leads. */
export function errorsPage(app: App): void {
  app.get('/docs/errors', { schema: { hide: true } }, (_request, reply) => reply.type('text/html').send(page));
}
