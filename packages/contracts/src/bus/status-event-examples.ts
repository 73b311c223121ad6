const at = '2026-11-23T05:00:00.000Z';
const status = {
  messageId: 'cmh3k2v1x000jqzrm3x5yz7ab',
  waMessageId: '3EB0A1B2C3D4E5F60718',
  chat: 'status@broadcast',
} as const;
const person = { phone: '6281234567890', lid: '193827465501928' };
const contactId = 'cmh3k2v1x0007qzrm4n8op2vw';

/** What the data of each event about statuses looks like. */
export const statusEventExamples = {
  'status.sent': { ...status, at, origin: 'API' },
  'status.failed': {
    ...status,
    at,
    origin: 'API',
    code: 'attempts_exhausted',
    sentence: 'Sending was tried several times without success.',
    detail: null,
  },
  'status.cancelled': { ...status, at, origin: 'API' },
  'status.viewed': { ...status, viewer: person, at },
  'status.received': {
    ...status,
    fromMe: false,
    type: 'TEXT',
    content: { type: 'TEXT', text: 'Open until nine today' },
    sender: { ...person, pushName: 'Siti' },
    contactId,
    timestamp: at,
    expiresAt: '2026-11-24T05:00:00.000Z',
  },
  'status.media': {
    ...status,
    media: {
      id: 'cmh3k2v1x000kqzrm5c7de9fg',
      mimeType: 'image/jpeg',
      bytes: 48_213,
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      state: 'READY',
      problem: null,
      url: 'https://wa.example.com/api/v1/media/cmh3k2v1x000kqzrm5c7de9fg/content?expires=1796083200&signature=5feceb66ffc8.n1Xo0Zc2wq8',
    },
  },
  'status.deleted': { ...status, fromMe: false, sender: person, contactId, at },
  'status.seen.failed': {
    messageId: status.messageId,
    chat: status.chat,
    detail: 'Timed Out',
  },
  'status.reaction': { ...status, fromMe: false, sender: person, contactId, emoji: '💚', at },
} as const;
