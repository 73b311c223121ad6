import type { QuotedContent } from '@multiwa/contracts';
import type { proto } from '@whiskeysockets/baileys';

/** A message as another one quotes it: enough for a phone that does not have it any more. */
export function quotedToProto(content: QuotedContent): proto.IMessage {
  switch (content.type) {
    case 'TEXT':
      return { conversation: content.text };
    case 'LOCATION': {
      const { latitude, longitude, name, address } = content;
      return { locationMessage: { degreesLatitude: latitude, degreesLongitude: longitude, name, address } };
    }
    case 'CONTACT': {
      const cards = content.contacts.map(({ name, vcard }) => ({ displayName: name, vcard }));
      return cards.length === 1 ? { contactMessage: cards[0] } : { contactsArrayMessage: { contacts: cards } };
    }
    case 'POLL': {
      const { question, options } = content;
      return { pollCreationMessageV3: { name: question, options: options.map((optionName) => ({ optionName })) } };
    }
    case 'IMAGE':
      return { imageMessage: { mimetype: content.media.mimeType, caption: content.caption } };
    case 'VIDEO':
      return { videoMessage: { mimetype: content.media.mimeType, caption: content.caption } };
    case 'AUDIO':
      return { audioMessage: { mimetype: content.media.mimeType, ptt: content.voice } };
    case 'DOCUMENT':
      return { documentMessage: { mimetype: content.media.mimeType, fileName: content.media.fileName } };
    case 'STICKER':
      return { stickerMessage: { mimetype: content.media.mimeType } };
    case 'ALBUM':
      return { albumMessage: { expectedImageCount: content.images, expectedVideoCount: content.videos } };
    case 'UNSUPPORTED':
      return { conversation: '' };
  }
}
