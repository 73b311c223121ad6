import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { PhoneMediaKind } from '../../../packages/sandbox/dist/client.js';
import type { SendMessage } from '../../../packages/sdk/dist/index.js';

/** What a message refers to, and where its file lies: with real values where it is said, with matchers where it is heard. */
export interface About {
  /** A message of the other side. */
  earlier: { id: string; waMessageId: string; text: string };
  /** The other side, as a caller writes its address, and as WhatsApp does. */
  person: { address: string; jid: string };
  /** JID of who wrote the earlier message. */
  author: unknown;
  /** Secret of a poll. */
  secret: unknown;
  /** For a caller: the id of the file's upload. */
  mediaId: string;
  /** For WhatsApp: where the file lies and how it is opened. */
  descriptor: object;
  /** For whoever lists it. */
  media: unknown;
}

/** What can be wanted of a send without its address. */
type Body = SendMessage extends infer T ? (T extends unknown ? Omit<T, 'to'> : never) : never;

/** One kind of message in its three shapes. The same in all of them, byte for byte. */
export interface Kind {
  name: string;
  /** Its file, made anew for each message. */
  file?: { kind: PhoneMediaKind; name: string; make(): Buffer };
  /** What a caller asks for; a kind without it comes from phones only. */
  asked?(about: About): Body;
  /** What WhatsApp carries. */
  carried(about: About): Record<string, unknown>;
  /** What the API shows where it arrived, whole. */
  shown(about: About): object;
  /** Its file is not stored where it is received. */
  seenOnce?: boolean;
}

const words = 'Halo *dunia* 😀\n\tمرحبا – ทดสอบ \u200d e\u0301';
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==',
  'base64',
);
/** What follows the end of a picture is not looked at, so that each is another file. */
const picture = () => Buffer.concat([png, randomBytes(5_000)]);
const webp = () => Buffer.concat([Buffer.from('RIFF\x24\x00\x00\x00WEBPVP8 ', 'latin1'), randomBytes(3_000)]);
const film = () =>
  Buffer.concat([Buffer.from('\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom', 'latin1'), randomBytes(9_000)]);
const opus = () =>
  Buffer.concat([Buffer.from('OggS', 'latin1'), Buffer.alloc(24, 1), Buffer.from('OpusHead'), randomBytes(4_000)]);
const files = {
  image: { kind: 'image', name: 'a.png', make: picture },
  video: { kind: 'video', name: 'a.mp4', make: film },
  audio: { kind: 'audio', name: 'a.ogg', make: opus },
  document: { kind: 'document', name: 'Preis liste.bin', make: () => randomBytes(20_000) },
  sticker: { kind: 'sticker', name: 'a.webp', make: webp },
} as const;

const card = (name: string, digits: string) => ({
  name,
  vcard: `BEGIN:VCARD\nVERSION:3.0\nFN:${name}\nTEL;type=CELL;waid=${digits}:+${digits}\nEND:VCARD`,
  phones: [digits],
});
const cards = [card('Siti; Tan', '628112223334'), card('Budi 🙂', '628112223335')] as const;
const asCard = ({ name, vcard }: (typeof cards)[number]) => ({ name, vcard });
const asWaCard = ({ name, vcard }: (typeof cards)[number]) => ({ displayName: name, vcard });

const preview = {
  url: 'https://example.com/a?b=c',
  title: 'A & B',
  description: 'All of “A”',
  thumbnail: Buffer.from('a small picture').toString('base64'),
};
const place = { name: 'Toko “Maju”', address: 'Jalan Braga 10', url: 'https://example.com/toko' };
const where = { latitude: -6.914744, longitude: 107.60981 };
const degrees = { degreesLatitude: where.latitude, degreesLongitude: where.longitude };
const options = ['teh', 'kopi ☕', 'nanti'];

function poll(name: string, multiple: boolean, field: string): Kind {
  const question = 'Mau apa?';
  const creation = {
    name: question,
    options: options.map((optionName) => ({ optionName })),
    selectableOptionsCount: multiple ? 0 : 1,
  };
  return {
    name,
    asked: () => ({ type: 'POLL', question, options, multiple }),
    carried: ({ secret }) => ({ [field]: creation, messageContextInfo: { messageSecret: secret } }),
    shown: () => ({ type: 'POLL', question, options, multiple }),
  };
}

/** The same file in WhatsApp's wrapper for what may be seen once. */
function seenOnce(name: string, type: 'IMAGE' | 'VIDEO' | 'AUDIO', kind: 'image' | 'video' | 'audio'): Kind {
  const beside = type === 'AUDIO' ? { voice: true } : { caption: 'once' };
  const carriedBeside = type === 'AUDIO' ? { ptt: true } : { caption: 'once' };
  return {
    name,
    file: files[kind],
    asked: ({ mediaId }) => ({ type, media: { id: mediaId }, viewOnce: true, ...beside }) as Body,
    carried: ({ descriptor }) => ({
      viewOnceMessage: { message: { [`${kind}Message`]: { ...descriptor, ...carriedBeside, viewOnce: true } } },
    }),
    shown: ({ media }) => ({ type, media, viewOnce: true, ...beside }),
    seenOnce: true,
  };
}

/** Every kind that arrives as a message of its own. What is about an earlier message is told by `changes.ts`. */
export const kinds: readonly Kind[] = [
  {
    name: 'a text',
    asked: () => ({ type: 'TEXT', text: words }),
    carried: () => ({ extendedTextMessage: { text: words } }),
    shown: () => ({ type: 'TEXT', text: words }),
  },
  {
    name: 'an answer',
    asked: ({ earlier }) => ({ type: 'TEXT', text: 'sepuluh', quote: { messageId: earlier.id } }),
    carried: ({ earlier, author }) => ({
      extendedTextMessage: {
        text: 'sepuluh',
        contextInfo: {
          stanzaId: earlier.waMessageId,
          participant: author,
          quotedMessage: { conversation: earlier.text },
        },
      },
    }),
    shown: ({ earlier }) => ({
      type: 'TEXT',
      text: 'sepuluh',
      quote: { waMessageId: earlier.waMessageId, sender: expect.anything(), type: 'TEXT', text: earlier.text },
    }),
  },
  {
    name: 'a mention',
    asked: ({ person }) => ({ type: 'TEXT', text: '@you look', mentions: [person.address] }),
    carried: ({ person }) => ({
      extendedTextMessage: { text: '@you look', contextInfo: { mentionedJid: [person.jid] } },
    }),
    shown: ({ person }) => {
      const [digits, server] = person.jid.split('@');
      const named = server === 'lid' ? { lid: digits } : { phone: digits };
      return { type: 'TEXT', text: '@you look', mentions: [expect.objectContaining(named)] };
    },
  },
  {
    name: 'a text with the card of a link',
    asked: () => ({ type: 'TEXT', text: `see ${preview.url}`, linkPreview: preview }),
    carried: () => ({
      extendedTextMessage: {
        text: `see ${preview.url}`,
        matchedText: preview.url,
        title: preview.title,
        description: preview.description,
        jpegThumbnail: preview.thumbnail,
      },
    }),
    shown: () => ({
      type: 'TEXT',
      text: `see ${preview.url}`,
      linkPreview: { url: preview.url, title: preview.title, description: preview.description },
    }),
  },
  {
    name: 'a text with the mark of a forwarded one',
    asked: () => ({ type: 'TEXT', text: 'news', forwarded: true }),
    carried: () => ({ extendedTextMessage: { text: 'news', contextInfo: { isForwarded: true } } }),
    shown: () => ({ type: 'TEXT', text: 'news', forwarded: true }),
  },
  {
    name: 'a picture',
    file: files.image,
    asked: ({ mediaId }) => ({ type: 'IMAGE', media: { id: mediaId }, caption: words }),
    carried: ({ descriptor }) => ({ imageMessage: { ...descriptor, mimetype: 'image/png', caption: words } }),
    shown: ({ media }) => ({ type: 'IMAGE', media, caption: words }),
  },
  {
    name: 'a film',
    file: files.video,
    asked: ({ mediaId }) => ({ type: 'VIDEO', media: { id: mediaId }, caption: 'a film' }),
    carried: ({ descriptor }) => ({ videoMessage: { ...descriptor, mimetype: 'video/mp4', caption: 'a film' } }),
    shown: ({ media }) => ({ type: 'VIDEO', media, caption: 'a film' }),
  },
  {
    name: 'a GIF',
    file: files.video,
    asked: ({ mediaId }) => ({ type: 'VIDEO', media: { id: mediaId }, gif: true }),
    carried: ({ descriptor }) => ({ videoMessage: { ...descriptor, mimetype: 'video/mp4', gifPlayback: true } }),
    shown: ({ media }) => ({ type: 'VIDEO', media, gif: true }),
  },
  {
    name: 'a sound',
    file: files.audio,
    asked: ({ mediaId }) => ({ type: 'AUDIO', media: { id: mediaId } }),
    carried: ({ descriptor }) => ({ audioMessage: { ...descriptor, mimetype: expect.stringMatching(/^audio\/ogg/) } }),
    shown: ({ media }) => ({ type: 'AUDIO', media }),
  },
  {
    name: 'a voice note',
    file: files.audio,
    asked: ({ mediaId }) => ({ type: 'AUDIO', media: { id: mediaId }, voice: true }),
    carried: ({ descriptor }) => ({
      audioMessage: { ...descriptor, mimetype: 'audio/ogg; codecs=opus', ptt: true },
    }),
    shown: ({ media }) => ({ type: 'AUDIO', media, voice: true }),
  },
  {
    name: 'a document',
    file: files.document,
    asked: ({ mediaId }) => ({ type: 'DOCUMENT', media: { id: mediaId } }),
    carried: ({ descriptor }) => ({
      documentMessage: { ...descriptor, mimetype: 'application/octet-stream', fileName: files.document.name },
    }),
    shown: ({ media }) => ({ type: 'DOCUMENT', media }),
  },
  {
    name: 'a document with a caption',
    file: files.document,
    asked: ({ mediaId }) => ({ type: 'DOCUMENT', media: { id: mediaId }, caption: words }),
    carried: ({ descriptor }) => {
      const document = { ...descriptor, fileName: files.document.name, caption: words };
      return { documentWithCaptionMessage: { message: { documentMessage: document } } };
    },
    shown: ({ media }) => ({ type: 'DOCUMENT', media, caption: words }),
  },
  {
    name: 'a sticker',
    file: files.sticker,
    asked: ({ mediaId }) => ({ type: 'STICKER', media: { id: mediaId } }),
    carried: ({ descriptor }) => ({ stickerMessage: { ...descriptor, mimetype: 'image/webp' } }),
    shown: ({ media }) => ({ type: 'STICKER', media }),
  },
  seenOnce('a picture to be seen once', 'IMAGE', 'image'),
  seenOnce('a film to be seen once', 'VIDEO', 'video'),
  seenOnce('a voice note to be heard once', 'AUDIO', 'audio'),
  {
    name: 'a place',
    asked: () => ({ type: 'LOCATION', ...where, ...place }),
    carried: () => ({ locationMessage: { ...degrees, ...place } }),
    shown: () => ({ type: 'LOCATION', ...where, ...place }),
  },
  {
    // Linked devices do not share where they are: WhatsApp's own do not either.
    name: 'a place that moves',
    carried: () => ({
      liveLocationMessage: { ...degrees, accuracyInMeters: 12, caption: 'on my way', sequenceNumber: 3 },
    }),
    shown: () => ({ type: 'LOCATION', ...where, live: true, accuracyMeters: 12, caption: 'on my way', sequence: 3 }),
  },
  {
    name: 'a contact',
    asked: () => ({ type: 'CONTACT', contacts: [asCard(cards[0])] }),
    carried: () => ({ contactMessage: asWaCard(cards[0]) }),
    shown: () => ({ type: 'CONTACT', contacts: [cards[0]] }),
  },
  {
    name: 'several contacts',
    asked: () => ({ type: 'CONTACT', contacts: cards.map(asCard) }),
    carried: () => ({ contactsArrayMessage: { contacts: cards.map(asWaCard) } }),
    shown: () => ({ type: 'CONTACT', contacts: cards }),
  },
  poll('a poll', false, 'pollCreationMessageV3'),
  poll('a poll with several choices', true, 'pollCreationMessage'),
];

/** What polls can be answered with. */
export const choice = options[1] as string;
