import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventEnvelope, eventEnvelopeSchema } from '@multiwa/contracts';
import { Webhook } from 'standardwebhooks';

/** A delivery whose signature was right. */
export interface ReceivedWebhook {
  /** The header webhook-id. */
  id: string;
  /** As it came, byte for byte. */
  body: string;
  event: EventEnvelope;
}

export interface WebhookReceiver {
  /** Where to deliver to, on the loopback interface. */
  url: string;
  /** The secret to create the endpoint with. */
  secret: string;
  /** Every delivery that could be verified, in order of arrival. */
  received: readonly ReceivedWebhook[];
  /** Why deliveries were refused, one sentence each. */
  refused: readonly string[];
  stop(): Promise<void>;
}

export interface WebhookReceiverOptions {
  /** How long it takes for each answer, so that deliveries are under way when something is killed. */
  answerAfterMs?: number;
  onReceived?(webhook: ReceivedWebhook): void;
}

const SECRET_BYTES = 32;

/** An integrator's server: it verifies each delivery with the published library of Standard Webhooks, and answers 204. */
export async function startWebhookReceiver({
  answerAfterMs = 0,
  onReceived,
}: WebhookReceiverOptions = {}): Promise<WebhookReceiver> {
  const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
  const verifier = new Webhook(secret);
  const received: ReceivedWebhook[] = [];
  const refused: string[] = [];

  async function take(request: IncomingMessage): Promise<number> {
    const body = await text(request);
    const id = String(request.headers['webhook-id']);
    try {
      verifier.verify(body, request.headers as Record<string, string>);
      const event = eventEnvelopeSchema.parse(JSON.parse(body));
      if (event.id !== id) throw new Error(`the event is ${event.id}`);
      const webhook = { id, body, event };
      received.push(webhook);
      onReceived?.(webhook);
    } catch (error) {
      refused.push(`${id}: ${error instanceof Error ? error.message : error}`);
      return 401;
    }
    await sleep(answerAfterMs);
    return 204;
  }

  const server = createServer((request, response) => {
    take(request).then(
      (status) => response.writeHead(status).end(),
      // Whoever sent it was killed in the middle.
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    secret,
    received,
    refused,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
