import type {
  blocklistSchema,
  checkedNumbersSchema,
  contactAboutSchema,
  contactBusinessSchema,
  contactPictureSchema,
  OwnProfile,
  optOutChangeSchema,
  optOutSchema,
} from '@multiwa/contracts';
import type { z } from 'zod';

const at = '2026-11-23T05:00:00.000Z';
const person = { phone: '6281234567890', lid: '987654321098765' };

const optOut: z.output<typeof optOutSchema> = {
  id: 'cmh3k2v1x000bqzrm5s2tu6vw',
  ...person,
  reason: 'Answered STOP on 3 November',
  createdAt: at,
};

const optOutChange: z.output<typeof optOutChangeSchema> = {
  id: 'cmh3k2v1x000cqzrm5s2tu6vw',
  action: 'ADDED',
  ...person,
  reason: 'Answered STOP on 3 November',
  apiKeyId: 'cmh3k2v1x0005qzrm2y8za6bc',
  createdAt: at,
};

const checkedNumbers: z.output<typeof checkedNumbersSchema> = {
  items: [
    {
      input: '+55 31 98765-4321',
      exists: true,
      phone: '553187654321',
      lid: '123456789012345',
      chat: '553187654321@s.whatsapp.net',
      askedAt: at,
    },
    { input: '+62 812-3456-7890', exists: false, phone: null, lid: null, chat: null, askedAt: at },
  ],
  budget: { left: 498, resetsAt: '2026-11-24T00:00:00.000Z' },
};

const about: z.output<typeof contactAboutSchema> = { text: 'At work', setAt: at, hidden: false, askedAt: at };
const picture: z.output<typeof contactPictureSchema> = {
  url: 'https://pps.whatsapp.net/v/t61.24694-24/…',
  hidden: false,
  askedAt: at,
};
const business: z.output<typeof contactBusinessSchema> = {
  business: {
    description: 'Batik since 1987',
    address: 'Jl. Braga 12, Bandung',
    email: 'halo@toko.example',
    category: 'Clothing store',
    websites: ['https://toko.example'],
  },
  askedAt: at,
};
const blocklist: z.output<typeof blocklistSchema> = { items: [person] };

const ownProfile: OwnProfile = {
  name: 'Toko Maju',
  about: 'Open 9 to 17',
  pictureUrl: null,
  privacy: { readReceipts: 'ALL', lastSeen: 'CONTACTS', online: 'ALL', picture: 'ALL' },
};

export const peopleExamples: Readonly<Record<string, unknown>> = {
  OptOut: optOut,
  OptOutChange: optOutChange,
  CheckedNumbers: checkedNumbers,
  ContactAbout: about,
  ContactPicture: picture,
  ContactBusiness: business,
  Blocklist: blocklist,
  WhatsAppProfile: ownProfile,
};
