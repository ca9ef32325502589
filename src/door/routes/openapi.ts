/** The OpenAPI document, open to everybody who may call this host: it says nothing about this daemon but its version. */
import { needs } from '../access/gate.ts';
import type { Routes } from '../parts.ts';

export const openApi: Routes = (server, { status }) => {
  let text: string | undefined;
  server.get('/openapi.json', needs('nothing'), async (_, reply) => {
    // Few ask for it, and it takes memory.
    const { openApiDocument } = await import('../openapi/document.ts');
    text ??= JSON.stringify(openApiDocument(status().version));
    return reply.type('application/json; charset=utf-8').send(text);
  });
};
