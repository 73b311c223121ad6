import { z } from 'zod';
import { asks, workerAsks } from '../bus/asks.js';
import { commands } from '../bus/commands.js';
import { events } from '../bus/events.js';
import { facts } from '../bus/facts.js';
import { type ConsumerSpec, consumers, profileConsumer, streams } from '../bus/streams.js';
import { commandShardCount, subjects } from '../bus/subjects.js';
import { timing } from '../bus/timing.js';
import { duration, generatedNotice, table } from './markdown.js';

/** docs/subjects.md: everything that travels on NATS, from the catalog. */
export function renderSubjects(): string {
  return `${[
    '# Subjects',
    generatedNotice,
    overview,
    '## Streams',
    streamTable(),
    '## Consumers',
    consumerTable(),
    profileConsumerText,
    '## Commands',
    ...Object.entries(commands).flatMap(([verb, { schema, description }]) =>
      section(`cmd.<shard>.<profileId>.${verb}`, description, schema),
    ),
    '## Facts',
    ...Object.entries(facts).flatMap(([kind, { schema, description }]) =>
      section(`fact.<profileId>.${kind}`, description, schema),
    ),
    '## Events',
    envelopeText,
    ...Object.entries(events).flatMap(([type, { data, description, version }]) =>
      section(`event.<workspaceId>.<profileId>.${type}`, `${description} Version ${version}.`, data),
    ),
    '## Questions',
    'NATS request/reply, answered by the owner of the profile’s lease only. Nobody there is `profile_not_connected`, at once; no answer in time is `ask_timeout`.',
    ...Object.entries(asks).flatMap(([verb, { request, deadlineMs, description }]) =>
      section(`ask.<profileId>.${verb}`, `${description} Deadline ${duration(deadlineMs)}.`, request),
    ),
    ...Object.entries(workerAsks).flatMap(([verb, { request, deadlineMs, description }]) =>
      section(
        `ask-worker.<network>.${verb}`,
        `${description} Answered by one worker of the network. Deadline ${duration(deadlineMs)}.`,
        request,
      ),
    ),
    '## Nudges',
    'Sent at most once, without a stream: a hint that saves the listener a poll. Nothing depends on one arriving.',
    nudgeTable(),
  ].join('\n\n')}\n`;
}

const overview = `Three tenses, each with its streams: a **command** asks for something, a **fact** is what WhatsApp said, an **event** is what
was recorded and customers may know. The publisher’s dedupe key is the header \`Nats-Msg-Id\`; payloads are JSON. A publish is repeated
under its key until it is acked, for ${duration(timing.publish.timeoutMs * timing.publish.attempts)} at most. \`<shard>\` is two digits, a hash of the profile’s id over ${commandShardCount} streams.`;

const profileConsumerText = `Besides these, each connected profile has the consumer \`<profileId>_<generation>_<connection>\` on its shard’s stream: acks are
due within ${duration(profileConsumer.ackWaitMs)}, ${profileConsumer.maxAckPending} may be open, and it goes when nobody pulls for ${duration(profileConsumer.inactiveThresholdMs)}.`;

const envelopeText = `Each event is an envelope: \`id\` (also the dedupe key), \`type\`, \`version\`, \`timestamp\`, \`workspaceId\`, \`profileId\` (null, and \`_\` in
the subject, when it concerns no profile), \`sequence\` (contiguous per profile) and \`data\`, whose fields are given below. Adding a
field is compatible; anything else is a new version.`;

function streamTable(): string {
  const [first, last] = [streams[0], streams[commandShardCount - 1]];
  const rows = streams
    .filter((spec) => !spec.name.startsWith('COMMANDS_') || spec === first)
    .map((spec) => [
      spec === first ? `\`${spec.name}\` … \`${last?.name}\`` : `\`${spec.name}\``,
      spec === first ? '`cmd.<shard>.>`' : spec.subjects.map((subject) => `\`${subject}\``).join(', '),
      spec.retention === 'work-queue' ? 'until acked' : duration(spec.maxAgeMs),
      duration(spec.dedupeWindowMs),
      spec.description,
    ]);
  return table(['Stream', 'Subjects', 'Kept', 'Dedupe window', 'What for'], rows);
}

function consumerTable(): string {
  const rows = Object.values<ConsumerSpec>(consumers).map((spec) => [
    spec.exclusive ? `\`${spec.durable}_…\`, made anew by each owner` : `\`${spec.durable}\`, shared by replicas`,
    `\`${spec.stream}\``,
    `\`${spec.filter}\``,
    duration(spec.ackWaitMs),
    String(spec.maxAckPending),
    spec.description,
  ]);
  return table(['Consumer', 'Stream', 'Filter', 'Ack within', 'Open at most', 'What for'], rows);
}

function nudgeTable(): string {
  const { claim, profile, workers, anyProfile: _pattern, ...fixed } = subjects.nudge;
  const rows = [
    [`\`${claim('LIVE').replace('live', '<network>')}\``, 'A profile of this network may be claimed.'],
    [`\`${profile('profileId').replace('profileId', '<profileId>')}\``, 'What is wanted of this profile has changed.'],
    [
      `\`${workers('LIVE').replace('live', '<network>')}\``,
      'An operator wants something of the workers of this network.',
    ],
    ...Object.values(fixed).map((subject) => [`\`${subject}\``, nudgeMeanings[subject]]),
  ];
  return table(['Subject', 'Meaning'], rows);
}

type FixedNudge = Exclude<(typeof subjects.nudge)[keyof typeof subjects.nudge], (...parameters: never[]) => string>;
const nudgeMeanings: Record<Exclude<FixedNudge, 'nudge.profile.*'>, string> = {
  'nudge.keys': 'The encryption keys have changed: read the key file again.',
  'nudge.outbox': 'The outbox holds something to announce.',
  'nudge.api-keys': 'An API key was revoked: forget what is cached about it.',
  'nudge.opt-outs': 'Somebody opted out, or in again.',
  'nudge.broadcasts': 'A broadcast’s state was changed through the API.',
  'nudge.webhooks': 'A webhook delivery is due, or an endpoint was changed.',
  'nudge.automations': 'An automation was changed, or a run is due.',
};

function section(subject: string, description: string, schema: z.ZodType): string[] {
  return [`### \`${subject}\``, description, fieldTable(schema)];
}

interface JsonSchema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  description?: string;
  format?: string;
}

function fieldTable(schema: z.ZodType): string {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  const rows = Object.entries(properties).map(([name, field]) => [
    `\`${name}\``,
    typeOf(field),
    required.includes(name) ? 'always' : 'optional',
    field.description ?? '',
  ]);
  return table(['Field', 'Type', 'Present', 'Meaning'], rows);
}

/** The type in words, for a table cell. */
function typeOf(field: JsonSchema): string {
  const union = field.anyOf ?? field.oneOf;
  if (union) return union.map(typeOf).join(' or ');
  if (field.const !== undefined) return `\`${String(field.const)}\``;
  if (field.enum) return field.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (field.type === 'array') return `list of ${typeOf(field.items ?? {})}`;
  if (field.properties) {
    const fields = Object.entries(field.properties).map(([name, inner]) => `${name}: ${typeOf(inner)}`);
    return `{ ${fields.join('; ')} }`;
  }
  if (field.format === 'date-time') return 'time (ISO 8601, UTC)';
  return Array.isArray(field.type) ? field.type.join(' or ') : (field.type ?? 'anything');
}
