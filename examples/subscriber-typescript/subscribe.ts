import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'nats';

// Reads the events of a workspace from NATS and prints each as one line of JSON. Stopped or killed, it goes on behind the last
// event that it acked. MULTIWA_URL and MULTIWA_API_KEY (with subscribers:write) are needed for the first start only: it then
// keeps its own credentials in subscriber.json, or in the file that the first argument names.

interface Credentials {
  servers: string[];
  user: string;
  password: string;
  inboxPrefix: string;
  stream: string;
  consumer: string;
}

const file = process.argv[2] ?? 'subscriber.json';
const credentials = savedCredentials() ?? (await newCredentials());
const connection = await connect({
  servers: credentials.servers,
  user: credentials.user,
  pass: credentials.password,
  // Answers to this user are allowed under its own prefix only.
  inboxPrefix: credentials.inboxPrefix,
  maxReconnectAttempts: -1,
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void connection.drain());
const consumer = await connection.jetstream().consumers.get(credentials.stream, credentials.consumer);
console.error(`Reading as ${credentials.user}`);

/** The next sequence of each profile: a jump means that an event was missed. */
const next = new Map<string, number>();
for await (const message of await consumer.consume({ max_messages: 50 })) {
  const event = message.json<{ id: string; type: string; profileId: string | null; sequence: number }>();
  const of = event.profileId ?? '_';
  const expected = next.get(of);
  if (expected !== undefined && event.sequence > expected) console.error(`Gap of ${of} before ${event.sequence}`);
  next.set(of, Math.max(expected ?? 0, event.sequence + 1));
  // Work first, ack when it is done: what was not acked comes again, so tell repetitions by event.id.
  await print(`${JSON.stringify(event)}\n`);
  message.ack();
}

/** Resolves when the text has left this process: into a full pipe it is written later, and a killed process never writes it. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

function savedCredentials(): Credentials | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Credentials;
  } catch {
    return undefined;
  }
}

async function newCredentials(): Promise<Credentials> {
  const { MULTIWA_URL = 'http://127.0.0.1:3000', MULTIWA_API_KEY = '' } = process.env;
  const answer = await fetch(`${MULTIWA_URL}/api/v1/subscribers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': MULTIWA_API_KEY },
    body: JSON.stringify({ name: 'Example', from: 'OLDEST' }),
  });
  if (!answer.ok) throw new Error(`No subscriber was made: ${await answer.text()}`);
  const made = (await answer.json()) as Credentials;
  writeFileSync(file, JSON.stringify(made, null, 2), { mode: 0o600 });
  return made;
}
