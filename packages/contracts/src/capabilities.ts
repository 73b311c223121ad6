import { z } from 'zod';
import { engineTypeSchema } from './profile-status.js';

type EngineName = z.infer<typeof engineTypeSchema>;

interface CapabilityEntry {
  description: string;
  /** Engines that can do it; the conformance suite holds each to it. */
  engines: readonly EngineName[];
  /** What to use instead, where an engine cannot. */
  hint?: string;
}

const table = {
  'link.qr': { description: 'Link a number by scanning a QR code.', engines: ['BAILEYS'] },
  'link.code': { description: 'Link a number by a code typed on the phone.', engines: ['BAILEYS'] },
  logout: { description: 'Unlink the number at WhatsApp.', engines: ['BAILEYS'] },
  'history.import': { description: 'Take over what the phone has kept from before the link.', engines: ['BAILEYS'] },
  'contacts.lookup': { description: 'Ask WhatsApp about numbers and people.', engines: ['BAILEYS'] },
  'contacts.block': { description: 'Block and unblock people.', engines: ['BAILEYS'] },
  'profile.edit': { description: 'Change name, about and picture of the number itself.', engines: ['BAILEYS'] },
  groups: { description: 'Make, change, join and leave groups, and write to them.', engines: ['BAILEYS'] },
  communities: { description: 'Make communities, and link groups with them.', engines: ['BAILEYS'] },
  status: { description: 'Post statuses, take them back, and hear who saw them.', engines: ['BAILEYS'] },
  'receive.status': { description: 'Receive the statuses of others.', engines: ['BAILEYS'] },
  channels: {
    description: 'Find, make, follow and read channels, and post to those of one’s own.',
    engines: ['BAILEYS'],
  },
  'send.TEXT': { description: 'Send a text.', engines: ['BAILEYS'] },
  'send.LOCATION': { description: 'Send a place.', engines: ['BAILEYS'] },
  'send.CONTACT': { description: 'Send contact cards.', engines: ['BAILEYS'] },
  'send.POLL': { description: 'Send a poll with one or several choices.', engines: ['BAILEYS'] },
  'send.IMAGE': { description: 'Send a picture.', engines: ['BAILEYS'] },
  'send.VIDEO': { description: 'Send a film, also one that plays as a GIF.', engines: ['BAILEYS'] },
  'send.AUDIO': { description: 'Send an audio file or a voice note.', engines: ['BAILEYS'] },
  'send.DOCUMENT': { description: 'Send a file of any type.', engines: ['BAILEYS'] },
  'send.STICKER': { description: 'Send a sticker.', engines: ['BAILEYS'] },
  'send.ALBUM': { description: 'Send several pictures and films as one album.', engines: ['BAILEYS'] },
  'send.REACTION': { description: 'React to a message, and take it back.', engines: ['BAILEYS'] },
  'send.EDIT': { description: 'Edit a sent text or caption.', engines: ['BAILEYS'] },
  'send.DELETE': { description: 'Delete a message for everyone.', engines: ['BAILEYS'] },
  'send.VOTE': { description: 'Vote in a poll, and take the vote back.', engines: ['BAILEYS'] },
  'send.BUTTONS': {
    description: 'Send buttons.',
    engines: [],
    hint: 'WhatsApp no longer shows buttons of linked devices. Send a numbered menu as text, or a poll.',
  },
  'send.LIST': {
    description: 'Send a list to choose from.',
    engines: [],
    hint: 'WhatsApp no longer shows lists of linked devices. Send a numbered menu as text, or a poll.',
  },
  'option.quote': { description: 'Answer a message.', engines: ['BAILEYS'] },
  'option.mentions': { description: 'Mention people.', engines: ['BAILEYS'] },
  'option.forwarded': { description: 'Mark a message as forwarded.', engines: ['BAILEYS'] },
  'option.viewOnce': { description: 'Let a file be seen once only.', engines: ['BAILEYS'] },
  'option.linkPreview': { description: 'Show a card of the page that a text links to.', engines: ['BAILEYS'] },
  'option.disappearing': { description: 'Keep to the timer of a chat’s disappearing messages.', engines: ['BAILEYS'] },
  'receive.TEXT': { description: 'Receive texts.', engines: ['BAILEYS'] },
  'receive.LOCATION': { description: 'Receive places, also live ones.', engines: ['BAILEYS'] },
  'receive.CONTACT': { description: 'Receive contact cards.', engines: ['BAILEYS'] },
  'receive.POLL': { description: 'Receive polls.', engines: ['BAILEYS'] },
  'receive.IMAGE': { description: 'Receive pictures.', engines: ['BAILEYS'] },
  'receive.VIDEO': { description: 'Receive films.', engines: ['BAILEYS'] },
  'receive.AUDIO': { description: 'Receive audio files and voice notes.', engines: ['BAILEYS'] },
  'receive.DOCUMENT': { description: 'Receive files of any type.', engines: ['BAILEYS'] },
  'receive.STICKER': { description: 'Receive stickers.', engines: ['BAILEYS'] },
  'receive.ALBUM': { description: 'Receive albums, with the files that belong to them.', engines: ['BAILEYS'] },
  'receive.REACTION': { description: 'Hear of reactions.', engines: ['BAILEYS'] },
  'receive.EDIT': { description: 'Hear of edits.', engines: ['BAILEYS'] },
  'receive.DELETE': { description: 'Hear of deletions for everyone.', engines: ['BAILEYS'] },
  'receive.disappearing': { description: 'Hear of changed timers of disappearing messages.', engines: ['BAILEYS'] },
  'receive.pollVotes': { description: 'Hear of votes in polls, sent and received.', engines: ['BAILEYS'] },
} as const satisfies Record<string, CapabilityEntry>;

/** What an engine may be able to do. What it cannot is refused with `not_supported_by_engine`; nothing pretends. */
export type Capability = keyof typeof table;
export const capabilityTable: Readonly<Record<Capability, CapabilityEntry>> = table;
export const capabilities = Object.keys(table) as [Capability, ...Capability[]];

/** What this engine can do. */
export function capabilitiesOf(engine: EngineName): Capability[] {
  return capabilities.filter((name) => capabilityTable[name].engines.includes(engine));
}

export const capabilitiesSchema = z
  .object({
    engine: engineTypeSchema,
    capabilities: z.array(
      z.object({
        name: z.enum(capabilities),
        supported: z.boolean(),
        description: z.string(),
        hint: z.string().nullable().describe('What to use instead.'),
      }),
    ),
  })
  .meta({ id: 'Capabilities' });
