import type { Content } from '@multiwa/contracts';
import { mediaExamples } from './media-examples.js';

const {
  origin: _origin,
  messageId: _messageId,
  problemSentence: _sentence,
  createdAt: _createdAt,
  ...media
} = mediaExamples.MediaObject;
const target = { messageId: 'cmh3k2v1x0002qzrm1h6jk8lm', waMessageId: '3EB0C767D097B7C7C0305F0C2A5B1E9D4F6A83' };
const file = (mimeType: string, fileName: string) => ({
  ...media,
  mimeType,
  fileName,
  width: undefined,
  height: undefined,
});

/** What a message of each kind says, as the API shows it; a test parses each with its schema. */
export const contentExamples: { [T in Content['type']]: Extract<Content, { type: T }> } = {
  TEXT: {
    type: 'TEXT',
    text: 'Thank you @6281234567890!',
    quote: {
      waMessageId: target.waMessageId,
      sender: { phone: '6281234567890', lid: null },
      type: 'TEXT',
      text: 'It is paid.',
    },
    mentions: [{ phone: '6281234567890', lid: '987654321098765' }],
  },
  LOCATION: { type: 'LOCATION', latitude: -6.9147, longitude: 107.6098, live: true, sequence: 3, accuracyMeters: 12 },
  CONTACT: {
    type: 'CONTACT',
    contacts: [
      {
        name: 'Siti',
        vcard: 'BEGIN:VCARD\nVERSION:3.0\nFN:Siti\nTEL;waid=628112223334:+62 811-2223-334\nEND:VCARD',
        phones: ['628112223334'],
      },
    ],
  },
  IMAGE: { type: 'IMAGE', media, caption: 'Today’s menu' },
  VIDEO: { type: 'VIDEO', media: { ...file('video/mp4', 'tour.mp4'), seconds: 12 }, gif: true },
  AUDIO: { type: 'AUDIO', media: { ...file('audio/ogg; codecs=opus', 'note.ogg'), seconds: 4 }, voice: true },
  DOCUMENT: { type: 'DOCUMENT', media: file('application/pdf', 'invoice 4711.pdf'), caption: 'Your invoice' },
  STICKER: { type: 'STICKER', media: file('image/webp', 'hello.webp'), animated: true },
  POLL: { type: 'POLL', question: 'When shall we come?', options: ['Morning', 'Evening'], multiple: false },
  REACTION: { type: 'REACTION', target, emoji: '👍' },
  EDIT: { type: 'EDIT', target, text: 'See you at ten.' },
  DELETE: { type: 'DELETE', target },
  ALBUM: { type: 'ALBUM', images: 2, videos: 1 },
  VOTE: { type: 'VOTE', target, options: ['Morning'] },
  DELETED: { type: 'DELETED' },
  UNSUPPORTED: { type: 'UNSUPPORTED', rawType: 'eventMessage' },
};
