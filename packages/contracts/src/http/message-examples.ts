const to = '+62 812-3456-7890';
const mediaId = 'cmh3k2v1x000iqzrm7p3sw9td';
const messageId = 'cmh3k2v1x0002qzrm1h6jk8lm';

/** A send of each kind, as a caller writes it. A test parses each with its schema. */
export const sendExamples = {
  TEXT: {
    type: 'TEXT',
    to,
    text: 'Thank you @6281234567890, see https://example.com/order/4711',
    linkPreview: 'auto',
    quote: { messageId },
    mentions: ['6281234567890'],
  },
  LOCATION: {
    type: 'LOCATION',
    to,
    latitude: -6.9147,
    longitude: 107.6098,
    name: 'Toko Maju',
    address: 'Jalan Braga 10, Bandung',
  },
  CONTACT: {
    type: 'CONTACT',
    to,
    contacts: [{ name: 'Siti', phone: '+62 811-2223-334', organization: 'Toko Maju' }],
  },
  POLL: { type: 'POLL', to, question: 'When shall we come?', options: ['Morning', 'Evening'], multiple: false },
  IMAGE: { type: 'IMAGE', to, media: { id: mediaId }, caption: 'Today’s menu' },
  VIDEO: { type: 'VIDEO', to, media: { url: 'https://example.com/tour.mp4' }, gif: true },
  AUDIO: { type: 'AUDIO', to, media: { id: mediaId }, voice: true },
  DOCUMENT: { type: 'DOCUMENT', to, media: { id: mediaId }, fileName: 'invoice 4711.pdf', caption: 'Your invoice' },
  STICKER: { type: 'STICKER', to, media: { id: mediaId } },
  REACTION: { type: 'REACTION', messageId, emoji: '👍' },
  EDIT: { type: 'EDIT', messageId, text: 'See you at ten.' },
  DELETE: { type: 'DELETE', messageId },
  VOTE: { type: 'VOTE', messageId, options: ['Morning'] },
} as const;
