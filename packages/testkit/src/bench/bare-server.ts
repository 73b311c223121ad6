import { randomUUID } from 'node:crypto';
import { fastify } from 'fastify';
import pg from 'pg';
import { z } from 'zod';

/** What this process says once it listens. */
export interface BareReady {
  url: string;
}

const environment = z.object({ DATABASE_URL: z.url() }).parse(process.env);
const bodySchema = z.strictObject({
  type: z.literal('TEXT'),
  to: z.string().min(1).max(200),
  text: z.string().min(1).max(65_536),
});
const pool = new pg.Pool({ connectionString: environment.DATABASE_URL, max: 10 });
const insert = {
  name: 'bare_insert',
  text: `INSERT INTO bare_message ("id", "workspaceId", "profileId", "chat", "waMessageId", "fromMe", "type", "content", "status")
         VALUES ($1, $2, $3, $4, $5, true, 'TEXT', $6, 'QUEUED')`,
};

/** The least that a durable accept can be: parse, one prepared insert of one row, answer. */
const app = fastify({ logger: false });
app.post('/messages', async (request, reply) => {
  const { to, text } = bodySchema.parse(request.body);
  const id = randomUUID();
  const waMessageId = randomUUID();
  await pool.query({ ...insert, values: [id, 'w', 'p', to, waMessageId, { type: 'TEXT', text }] });
  reply.status(202);
  return { id, waMessageId, chat: to, type: 'TEXT', content: { type: 'TEXT', text }, status: 'QUEUED' };
});
await pool.query('CREATE TABLE IF NOT EXISTS bare_message (LIKE "Message" INCLUDING ALL)');
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.on('disconnect', () => process.exit(0));
process.send?.({ url } satisfies BareReady);
