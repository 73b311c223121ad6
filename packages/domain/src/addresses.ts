// The smaller metadata: it holds each country's overall pattern, which tells what cannot exist. Those of each kind of line
// would refuse numbers of ranges that were opened since the library's release, and people who are really there.

import { statusChat } from '@multiwa/contracts';
import { type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { LRUCache } from 'lru-cache';
import { dialledPhone, likelyPhone, phoneForms } from './phone-forms.js';

/** Where a message can be addressed to: `chat` is canonical (see `chatSchema` of the contracts). */
export type Recipient =
  | { ok: true; kind: 'phone' | 'lid' | 'group'; chat: string }
  | { ok: false /** Public sentence that says what is wrong. */; message: string };

/** `user`, optional agent (`_0` or `.0`), optional device (`:12`), server: the forms that WhatsApp clients print. */
const jidPattern = /^(\d[\d-]*)(?:[_.]\d+)?(?::\d+)?@([a-z.]+)$/;
/** E.164 allows 15 digits; the shortest numbers with a country code in use have 7. */
const phonePattern = /^[1-9]\d{6,14}$/;
const lidPattern = /^\d{5,20}$/;
/** A group's id is its creation, as `<creator>-<seconds>` in old groups. */
const groupPattern = /^\d{5,20}(?:-\d{5,15})?$/;
/** What people put between the digits of a number. */
const separators = /[\s\u00a0\u2007\u2010-\u2015\u202f().\-/]/g;

/**
 * Reads a recipient as people and programs write it: an international number with or without `+` and separators, a
 * JID (`…@s.whatsapp.net`, `…@c.us`, `…@g.us`) or a LID (`…@lid`). Parts that name an agent or a device are dropped.
 * A number's digits inside a JID are WhatsApp's own and kept as they are; a typed number is checked against the rules of
 * its country and brought to the digits that WhatsApp most likely knows it by, so that `+44 (0)20 …` and `+44 20 …` are
 * one chat, and so are a Brazilian number with and without its ninth digit.
 */
export function parseRecipient(input: string): Recipient {
  const text = input.trim();
  return text.includes('@') ? parseJid(text.toLowerCase()) : parsePhone(text);
}

/** Canonical address of the one-to-one chat with a phone number (digits, international, no `+`). */
export function chatOfPhone(phone: string): string {
  return `${phone}@s.whatsapp.net`;
}

/** Digits before the `@` of a canonical address. */
export function userOfChat(chat: string): string {
  return chat.slice(0, chat.indexOf('@'));
}

/** Everything that the person behind a one-to-one chat may be called elsewhere, as far as the chat tells. */
export function namesOfChat(chat: string): { phones: string[]; lid: string | null } {
  const user = userOfChat(chat);
  return chat.endsWith('@lid') ? { phones: [], lid: user } : { phones: phoneForms(user), lid: null };
}

/** The one-to-one chats that a person of these names may have. */
export function chatsOfNames({ phones, lid }: { phones: readonly string[]; lid: string | null }): string[] {
  return [...phones.map(chatOfPhone), ...(lid === null ? [] : [`${lid}@lid`])];
}

const broadcastRefused = 'Statuses are no chat: post one with POST /profiles/{id}/status.';

function parseJid(text: string): Recipient {
  const [, user = '', server = ''] = jidPattern.exec(text) ?? [];
  switch (server) {
    case 's.whatsapp.net':
    case 'c.us':
      return phonePattern.test(user)
        ? { ok: true, kind: 'phone', chat: chatOfPhone(user) }
        : refused('The JID does not hold an international phone number.');
    case 'lid':
      return lidPattern.test(user)
        ? { ok: true, kind: 'lid', chat: `${user}@lid` }
        : refused('A LID has 5 to 20 digits before "@lid".');
    case 'g.us':
      return groupPattern.test(user)
        ? { ok: true, kind: 'group', chat: `${user}@g.us` }
        : refused('The JID is not that of a group.');
    case 'newsletter':
      return refused('A channel is no chat: post to it with POST /profiles/{id}/channels/{channelId}/posts.');
    case 'broadcast':
      return refused(broadcastRefused);
    default:
      if (text === statusChat) return refused(broadcastRefused);
      return refused('Only JIDs that end in @s.whatsapp.net, @c.us, @lid or @g.us can be addressed.');
  }
}

/** Numbers as they were typed: the rules of all countries are much of what accepting a message costs. */
const typed = new LRUCache<string, Recipient>({ max: 5_000 });

function parsePhone(text: string): Recipient {
  const known = typed.get(text);
  if (known) return known;
  const recipient = checkPhone(text);
  typed.set(text, recipient);
  return recipient;
}

function checkPhone(text: string): Recipient {
  const compact = text.replace(separators, '');
  const digits = compact.replace(/^(?:\+|00)/, '');
  if (!/^\d+$/.test(digits)) return refused('A phone number has digits only, with an optional leading "+".');
  if (digits.startsWith('0')) return refused('The number lacks its country code: write +62 812… instead of 0812….');
  const number = parsePhoneNumberFromString(`+${dialledPhone(digits)}`);
  if (!number || !canExist(number)) return refused('No country has a phone number like this.');
  const phone = likelyPhone(number.number.slice(1));
  return phonePattern.test(phone)
    ? { ok: true, kind: 'phone', chat: chatOfPhone(phone) }
    : refused('A phone number has 7 to 15 digits, country code included.');
}

/** Of every number under +1: neither area nor exchange begins with 0 or 1. */
const northAmerican = /^[2-9]\d\d[2-9]\d{6}$/;

/**
 * Where several countries share a calling code the library knows each country's ranges one by one. A number that none of
 * them claims may be in a new one: it is held to the length, and under +1 to the plan.
 */
function canExist(number: PhoneNumber): boolean {
  if (number.isValid()) return true;
  if (number.country !== undefined || !number.isPossible()) return false;
  return number.countryCallingCode !== '1' || northAmerican.test(number.nationalNumber);
}

function refused(message: string): Recipient {
  return { ok: false, message };
}
