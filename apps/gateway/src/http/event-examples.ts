import {
  type eventPageSchema,
  eventsStream,
  exampleEnvelope,
  type subscriberCredentialsSchema,
  type subscriberSchema,
} from '@multiwa/contracts';
import type { z } from 'zod';

const id = 'cmh3k2v1x000fqzrm1v3wx5yz';

const subscriber: z.output<typeof subscriberSchema> = {
  id,
  name: 'Warehouse',
  profileId: null,
  filter: 'message.*',
  user: `sub_${id}`,
  consumer: `sub_${id}`,
  createdAt: '2026-11-23T05:00:00.000Z',
};

const credentials: z.output<typeof subscriberCredentialsSchema> = {
  ...subscriber,
  password: 'mwn_Zm9yZXZlci1ub3QtYS1yZWFsLXBhc3N3b3JkLWJ1dC1zbw',
  servers: ['nats://nats.example.com:4222'],
  inboxPrefix: `_INBOX_sub_${id}`,
  stream: eventsStream.name,
  subject: 'event.cmh3k2v1x0001qzrm2c4fg6hj.*.message.>',
};

const page: z.output<typeof eventPageSchema> = {
  items: [{ cursor: 'WyJldmVudCIsNDJd', event: exampleEnvelope('message.received', 1) }],
  nextCursor: 'WyJldmVudCIsNDJd',
};

/** Examples of what the calls about events answer. */
export const eventExamples: Readonly<Record<string, unknown>> = {
  Subscriber: subscriber,
  SubscriberCredentials: credentials,
  EventPage: page,
};
