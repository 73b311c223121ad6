import { z } from 'zod';
import { eventFilterSchema } from '../event-filter.js';
import { idSchema } from '../ids.js';

export const createSubscriberSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    profileId: idSchema.nullable().default(null).describe('Only the events of this profile.'),
    filter: eventFilterSchema.default('*').describe('A type, or a beginning of types such as message.*'),
    from: z
      .enum(['NEW', 'OLDEST'])
      .default('NEW')
      .describe('Where it begins: with what happens from now on, or with the oldest event that is kept.'),
  })
  .meta({ id: 'CreateSubscriber', example: { name: 'Warehouse', filter: 'message.*' } });

export const subscriberSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    profileId: idSchema.nullable(),
    filter: z.string(),
    user: z.string().describe('Of the NATS server.'),
    consumer: z.string().describe('The durable pull consumer that keeps how far it has read.'),
    createdAt: z.string(),
  })
  .meta({ id: 'Subscriber' });

export const subscriberCredentialsSchema = subscriberSchema
  .extend({
    password: z.string().describe('Shown once; only a hash of it is kept.'),
    servers: z.array(z.string()).describe('Addresses of NATS.'),
    inboxPrefix: z.string().describe('Clients must take their inboxes under it: answers elsewhere are not allowed.'),
    stream: z.string(),
    subject: z.string().describe('What the consumer reads; following it without JetStream is allowed too.'),
  })
  .meta({ id: 'SubscriberCredentials' });
