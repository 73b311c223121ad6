import assert from 'node:assert/strict';
import { type Capability, capabilitiesOf, type OutboundContent } from '@multiwa/contracts';
import { openVote } from '@multiwa/domain';
import type { Case } from './conformance-bench.js';
import { channelConformance } from './conformance-channels.js';
import { groupConformance } from './conformance-groups.js';
import { statusConformance } from './conformance-status.js';
import type { Engine } from './engine.js';
import { partly } from './partly.js';

type Unclaimed = 'send.BUTTONS' | 'send.LIST';

const id = 'cmh3k2v1x0000qzrm5t9ab3de';

/** A file of this type arrives at a phone as it was, in the field where its clients look for it. */
function sendsFile(content: { type: string }, mimeType: string, field: string): Case {
  return async ({ send, file, friend }) => {
    const media = file(mimeType);
    const sent = await send({ ...content, media } as OutboundContent);
    assert.ok(JSON.stringify((await friend.received(sent)).content).includes(`"${field}"`));
    assert.equal(await friend.opened(sent), media.sha256);
  };
}

/** A file of a phone is told of at once, and what is told is enough to fetch it. */
function receivesFile(type: string, field: string): Case {
  return async ({ arrival, friend, fetched }) => {
    const { id: sent, sha256 } = await friend.sendFile(field);
    const { content } = await arrival('message-received', sent);
    partly(content, { type, media: { state: 'PENDING', sha256 } });
    assert.ok('media' in content && content.media.source);
    assert.equal(await fetched(content.media.source), sha256);
  };
}

/** The message that something refers to, as the gateway names it to an engine. */
function target(waMessageId: string, fromMe: boolean) {
  return { messageId: id, waMessageId, fromMe, sender: null };
}

const text = (words: string) => ({ type: 'TEXT', text: words }) as const;
const poll = {
  type: 'POLL',
  question: 'Tea?',
  options: ['yes', 'no', 'later'],
  secret: Buffer.alloc(32, 7).toString('base64'),
} as const;

/**
 * What each capability means: what an engine that claims it must do between its port and a phone. Whatever the engine, the
 * same suite; a capability without a case cannot be claimed.
 */
export const conformance: Readonly<Record<Exclude<Capability, Unclaimed>, Case>> = {
  'link.qr': ({ link }) => link('qr'),
  'link.code': ({ link }) => link('code'),
  logout: async ({ logsOut }) => assert.equal(await logsOut(), true),

  'history.import': async ({ imports, friend, fetched }) => {
    const pieces = await imports();
    const messages = pieces.flatMap((piece) => (piece.kind === 'message' ? piece.message : []));
    assert.equal(new Set(messages.map(({ waMessageId }) => waMessageId)).size, 4);
    for (const { chat, peer } of messages) partly({ chat, peer }, { chat: friend.chat, peer: { lid: friend.lid } });
    assert.equal(messages.filter(({ type }) => type === 'TEXT').length, 2);
    const picture = messages.find(({ type }) => type === 'IMAGE')?.content;
    assert.ok(picture && 'media' in picture && picture.media.source);
    partly(picture.media, { state: 'EXPIRED', problem: 'history', sha256: await fetched(picture.media.source) });
    assert.ok(pieces.some((piece) => piece.kind === 'person' && piece.person.name === 'Bu Sari'));
  },
  'contacts.lookup': async ({ people, friend }) => {
    partly(await people.checkNumbers([friend.phone ?? '']), [{ phone: friend.phone, lid: friend.lid }]);
  },
  'contacts.block': async ({ people, friend }) => {
    const isBlocked = async () => (await people.blocklist()).some(({ lid }) => lid === friend.lid);
    for (const blocked of [true, false]) {
      await people.block(friend.chat, blocked);
      assert.equal(await isBlocked(), blocked);
    }
  },
  'profile.edit': async ({ people }) => {
    await people.changeOwnProfile({ about: 'Open daily' });
    assert.equal((await people.ownProfile()).about, 'Open daily');
  },
  ...groupConformance,
  ...statusConformance,
  ...channelConformance,

  'send.TEXT': async ({ send, friend }) => {
    const sent = await send(text('Halo\n*dunia* 😀'));
    assert.equal((await friend.received(sent)).text, 'Halo\n*dunia* 😀');
  },
  'send.LOCATION': async ({ send, friend }) => {
    const sent = await send({ type: 'LOCATION', latitude: -6.9, longitude: 107.6, name: 'Toko', address: 'Braga 10' });
    const { locationMessage } = (await friend.received(sent)).content;
    partly(locationMessage, { degreesLatitude: -6.9, degreesLongitude: 107.6, name: 'Toko', address: 'Braga 10' });
  },
  'send.CONTACT': async ({ send, friend }) => {
    const card = (name: string) => ({ name, vcard: `BEGIN:VCARD\nVERSION:3.0\nFN:${name}\nEND:VCARD`, phones: [] });
    const [one, several] = [
      await send({ type: 'CONTACT', contacts: [card('Siti')] }),
      await send({ type: 'CONTACT', contacts: [card('Siti'), card('Budi')] }),
    ];
    partly((await friend.received(one)).content.contactMessage, {
      displayName: 'Siti',
      vcard: card('Siti').vcard,
    });
    const { contacts } = (await friend.received(several)).content.contactsArrayMessage as { contacts: unknown[] };
    partly(contacts[1], { displayName: 'Budi', vcard: card('Budi').vcard });
  },
  'send.POLL': async ({ send, friend }) => {
    const options = poll.options.map((optionName) => ({ optionName }));
    const single = await send({ ...poll, options: [...poll.options], multiple: false });
    const { pollCreationMessageV3, messageContextInfo } = (await friend.received(single)).content;
    partly(pollCreationMessageV3, { name: 'Tea?', options, selectableOptionsCount: 1 });
    partly(messageContextInfo, { messageSecret: poll.secret });
    const several = await send({ ...poll, options: [...poll.options], multiple: true });
    partly((await friend.received(several)).content.pollCreationMessage, { options });
  },
  'send.IMAGE': sendsFile({ type: 'IMAGE' }, 'image/jpeg', 'imageMessage'),
  'send.VIDEO': sendsFile({ type: 'VIDEO' }, 'video/mp4', 'videoMessage'),
  'send.AUDIO': sendsFile({ type: 'AUDIO' }, 'audio/ogg; codecs=opus', 'audioMessage'),
  'send.DOCUMENT': sendsFile({ type: 'DOCUMENT' }, 'application/pdf', 'documentMessage'),
  'send.STICKER': sendsFile({ type: 'STICKER' }, 'image/webp', 'stickerMessage'),
  'send.ALBUM': async ({ send, file, friend }) => {
    const albumId = await send({ type: 'ALBUM', images: 1, videos: 1 });
    partly((await friend.received(albumId)).content.albumMessage, { expectedImageCount: 1, expectedVideoCount: 1 });
    const parts = [
      { type: 'IMAGE', media: file('image/jpeg') },
      { type: 'VIDEO', media: file('video/mp4') },
    ] as const;
    for (const part of parts) {
      const sent = await send({ ...part, albumId, albumSize: 2 });
      assert.equal(await friend.opened(sent), part.media.sha256);
      const { messageContextInfo } = (await friend.received(sent)).content;
      const parentMessageKey = { id: albumId, fromMe: true, remoteJid: friend.chat };
      partly(messageContextInfo, { messageAssociation: { associationType: 'MEDIA_ALBUM', parentMessageKey } });
    }
  },
  'option.viewOnce': async ({ send, file, friend }) => {
    const sent = await send({ type: 'IMAGE', media: file('image/jpeg'), viewOnce: true });
    partly((await friend.received(sent)).content.viewOnceMessage, { message: { imageMessage: { viewOnce: true } } });
  },
  'send.REACTION': async ({ send, friend }) => {
    const theirs = await friend.send({ conversation: 'like it?' });
    for (const emoji of ['👍🏽', null]) {
      const sent = await send({ type: 'REACTION', target: target(theirs, false), emoji });
      const { reactionMessage } = (await friend.received(sent)).content;
      partly(reactionMessage, { key: { id: theirs, fromMe: false }, text: emoji ?? '' });
    }
  },
  'send.EDIT': async ({ send, file, friend }) => {
    const first = await send(text('frist'));
    const sent = await send({ type: 'EDIT', target: target(first, true), text: 'first' });
    partly((await friend.received(sent)).content.protocolMessage, {
      key: { id: first, fromMe: true },
      type: 'MESSAGE_EDIT',
      editedMessage: { extendedTextMessage: { text: 'first' } },
    });
    const image = { type: 'IMAGE', media: file('image/jpeg'), caption: 'a cta' } as const;
    const picture = await send(image);
    const better = await send({ type: 'EDIT', target: target(picture, true), text: 'a cat', file: image });
    const shown = (await friend.received(picture)).content.imageMessage as Record<string, unknown>;
    const { caption: _, ...described } = shown;
    partly((await friend.received(better)).content.protocolMessage, {
      key: { id: picture, fromMe: true },
      type: 'MESSAGE_EDIT',
      editedMessage: { imageMessage: { ...described, caption: 'a cat' } },
    });
  },
  'send.VOTE': async ({ send, friend, self }) => {
    const theirs = await friend.send(pollOfPhone());
    for (const options of [['yes', 'later'], []]) {
      const sender = { phone: friend.phone, lid: friend.lid };
      const sent = await send({
        type: 'VOTE',
        target: { ...target(theirs, false), sender },
        options,
        secret: poll.secret,
      });
      const update = (await friend.received(sent)).content.pollUpdateMessage as PollUpdate;
      partly(update, { pollCreationMessageKey: { id: theirs, fromMe: false } });
      const sealed = { payload: bytes(update.vote.encPayload), iv: bytes(update.vote.encIv) };
      const names = { voters: [`${self.phone}@s.whatsapp.net`], creators: [friend.chat] };
      const opened = { waMessageId: theirs, secret: bytes(poll.secret), options: poll.options };
      assert.deepEqual(openVote(opened, { ...sealed, ...names }), options);
    }
  },
  'send.DELETE': async ({ send, friend }) => {
    const first = await send(text('a slip'));
    const sent = await send({ type: 'DELETE', target: target(first, true) });
    partly((await friend.received(sent)).content.protocolMessage, { key: { id: first, fromMe: true }, type: 'REVOKE' });
  },

  'option.quote': async ({ send, friend }) => {
    const theirs = await friend.send({ conversation: 'how much?' });
    const sender = { phone: friend.phone, lid: friend.lid };
    const answered = { messageId: id, waMessageId: theirs, fromMe: false, sender, type: 'TEXT' } as const;
    const quote = { ...answered, text: 'how much?', content: text('how much?') };
    const sent = await send({ ...text('ten'), quote });
    const { contextInfo } = (await friend.received(sent)).content.extendedTextMessage as { contextInfo: unknown };
    partly(contextInfo, { stanzaId: theirs, participant: friend.chat, quotedMessage: { conversation: 'how much?' } });
  },
  'option.mentions': async ({ send, friend }) => {
    const mentions = [{ phone: friend.phone, lid: null }];
    const sent = await send({ ...text(`@${friend.phone} look`), mentions });
    const { contextInfo } = (await friend.received(sent)).content.extendedTextMessage as { contextInfo: unknown };
    partly(contextInfo, { mentionedJid: [friend.chat] });
  },
  'option.forwarded': async ({ send, friend }) => {
    const sent = await send({ ...text('pass it on'), forwarded: true });
    const { contextInfo } = (await friend.received(sent)).content.extendedTextMessage as { contextInfo: unknown };
    partly(contextInfo, { isForwarded: true });
  },
  'option.linkPreview': async ({ send, friend }) => {
    const thumbnail = Buffer.from('a small picture').toString('base64');
    const linkPreview = { url: 'https://example.com/a', title: 'A', description: 'All of A', thumbnail };
    const sent = await send({ ...text('see https://example.com/a'), linkPreview });
    const { url, ...card } = linkPreview;
    partly((await friend.received(sent)).content.extendedTextMessage, {
      matchedText: url,
      title: card.title,
      description: card.description,
      jpegThumbnail: thumbnail,
    });
  },
  'option.disappearing': async ({ send, friend }) => {
    const sent = await send(text('for a day'), 86_400);
    const { contextInfo } = (await friend.received(sent)).content.extendedTextMessage as { contextInfo: unknown };
    partly(contextInfo, { expiration: 86_400 });
  },

  'receive.TEXT': async ({ arrival, friend, self }) => {
    const asked = await friend.send({ conversation: 'ada?' });
    partly(await arrival('message-received', asked), { type: 'TEXT', content: text('ada?'), chat: friend.chat });
    const context = {
      stanzaId: asked,
      participant: friend.chat,
      quotedMessage: { conversation: 'ada?' },
      mentionedJid: [`${self.phone}@s.whatsapp.net`],
      isForwarded: true,
      expiration: 604_800,
    };
    const answer = await friend.send({ extendedTextMessage: { text: 'ada!', contextInfo: context } });
    partly((await arrival('message-received', answer)).content, {
      text: 'ada!',
      quote: { waMessageId: asked, sender: { phone: friend.phone }, type: 'TEXT', text: 'ada?' },
      mentions: [{ phone: self.phone }],
      forwarded: true,
      expiresInSeconds: 604_800,
    });
  },
  'receive.LOCATION': async ({ arrival, friend }) => {
    const place = { degreesLatitude: 1.5, degreesLongitude: 2.5 };
    const still = await friend.send({ locationMessage: { ...place, name: 'Here' } });
    partly((await arrival('message-received', still)).content, {
      type: 'LOCATION',
      latitude: 1.5,
      longitude: 2.5,
      name: 'Here',
    });
    const moving = await friend.send({ liveLocationMessage: { ...place, caption: 'on my way', sequenceNumber: 3 } });
    partly((await arrival('message-received', moving)).content, { live: true, caption: 'on my way', sequence: 3 });
  },
  'receive.CONTACT': async ({ arrival, friend }) => {
    const vcard = 'BEGIN:VCARD\nFN:Siti\nTEL;waid=628111222333:+62 811-1222-333\nEND:VCARD';
    const sent = await friend.send({ contactsArrayMessage: { contacts: [{ displayName: 'Siti', vcard }] } });
    partly((await arrival('message-received', sent)).content, {
      type: 'CONTACT',
      contacts: [{ name: 'Siti', vcard, phones: ['628111222333'] }],
    });
  },
  'receive.POLL': async ({ arrival, friend }) => {
    const sent = await friend.send(pollOfPhone());
    partly((await arrival('message-received', sent)).content, {
      type: 'POLL',
      question: 'Tea?',
      options: [...poll.options],
      multiple: true,
      secret: poll.secret,
    });
  },
  'receive.IMAGE': receivesFile('IMAGE', 'imageMessage'),
  'receive.VIDEO': receivesFile('VIDEO', 'videoMessage'),
  'receive.AUDIO': receivesFile('AUDIO', 'audioMessage'),
  'receive.DOCUMENT': receivesFile('DOCUMENT', 'documentMessage'),
  'receive.STICKER': receivesFile('STICKER', 'stickerMessage'),
  'receive.ALBUM': async ({ arrival, friend, fetched }) => {
    const album = await friend.send({ albumMessage: { expectedImageCount: 2, expectedVideoCount: 0 } });
    partly((await arrival('message-received', album)).content, { type: 'ALBUM', images: 2, videos: 0 });
    const parentMessageKey = { remoteJid: friend.chat, fromMe: true, id: album };
    const messageAssociation = { associationType: 'MEDIA_ALBUM', parentMessageKey };
    const { id: sent, sha256 } = await friend.sendFile('imageMessage', { messageContextInfo: { messageAssociation } });
    const { content } = await arrival('message-received', sent);
    partly(content, { type: 'IMAGE', albumId: album });
    assert.ok('media' in content && content.media.source);
    assert.equal(await fetched(content.media.source), sha256);
  },
  'receive.REACTION': async ({ arrival, friend, send }) => {
    const sent = await send(text('like it?'));
    await friend.received(sent);
    for (const emoji of ['❤️', '']) {
      const key = { remoteJid: friend.chat, id: sent, fromMe: false };
      const reaction = await friend.send({ reactionMessage: { key, text: emoji, senderTimestampMs: Date.now() } });
      partly(await arrival('message-reaction', reaction), {
        chat: friend.chat,
        target: { waMessageId: sent, fromMe: true },
        emoji: emoji || null,
      });
    }
  },
  'receive.EDIT': async ({ arrival, friend }) => {
    const first = await friend.send({ conversation: 'frist' });
    const key = { remoteJid: friend.chat, id: first, fromMe: true };
    const edited = { key, type: 'MESSAGE_EDIT', editedMessage: { conversation: 'first' }, timestampMs: Date.now() };
    const edit = await friend.send({ editedMessage: { message: { protocolMessage: edited } } });
    partly(await arrival('message-edited', edit), {
      target: { waMessageId: first, fromMe: false },
      content: text('first'),
    });
    const { id: picture } = await friend.sendFile('imageMessage');
    const captioned = {
      key: { ...key, id: picture },
      type: 'MESSAGE_EDIT',
      editedMessage: { imageMessage: { caption: 'a cat' } },
    };
    const caption = await friend.send({ protocolMessage: captioned });
    partly(await arrival('message-edited', caption), {
      target: { waMessageId: picture, fromMe: false },
      content: { type: 'IMAGE', caption: 'a cat' },
    });
  },
  'receive.DELETE': async ({ arrival, friend }) => {
    const first = await friend.send({ conversation: 'a slip' });
    const key = { remoteJid: friend.chat, id: first, fromMe: true };
    const deletion = await friend.send({ protocolMessage: { key, type: 'REVOKE' } });
    partly(await arrival('message-deleted', deletion), { target: { waMessageId: first, fromMe: false } });
  },
  'receive.disappearing': async ({ arrival, friend }) => {
    for (const seconds of [86_400, 0]) {
      const protocolMessage = { type: 'EPHEMERAL_SETTING', ephemeralExpiration: seconds };
      const changed = await friend.send({ protocolMessage });
      partly(await arrival('chat-timer', changed), { chat: friend.chat, sender: { phone: friend.phone }, seconds });
    }
  },
  'receive.pollVotes': async ({ arrival, friend, send }) => {
    const ours = await send({ ...poll, options: [...poll.options], multiple: true });
    await friend.received(ours);
    const theirs = await friend.send(pollOfPhone());
    for (const [pollId, fromMe] of [
      [ours, true],
      [theirs, false],
    ] as const) {
      const vote = await friend.vote(pollId, ['yes', 'later']);
      partly(await arrival('poll-vote', vote), { chat: friend.chat, target: { waMessageId: pollId, fromMe } });
    }
  },
};

interface PollUpdate {
  vote: { encPayload: string; encIv: string };
}

const bytes = (base64: string) => Buffer.from(base64, 'base64');

function pollOfPhone() {
  const options = poll.options.map((optionName) => ({ optionName }));
  return {
    pollCreationMessage: { name: poll.question, options, selectableOptionsCount: 0 },
    messageContextInfo: { messageSecret: poll.secret },
  };
}

/** What an engine claims and the suite can hold it to. */
export function claimedBy(engine: Pick<Engine, 'type'>): (keyof typeof conformance)[] {
  return capabilitiesOf(engine.type).filter((name): name is keyof typeof conformance => name in conformance);
}
