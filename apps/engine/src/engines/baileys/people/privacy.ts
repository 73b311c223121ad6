import { type Privacy, privacySchema } from '@multiwa/contracts';

/** WhatsApp's names of the settings. */
const categories = {
  readReceipts: 'readreceipts',
  lastSeen: 'last',
  online: 'online',
  picture: 'profile',
  about: 'status',
  groupAdd: 'groupadd',
  calls: 'calladd',
  messages: 'messages',
} as const satisfies Record<keyof Privacy, string>;

/** What WhatsApp says, without values that are not known here. */
export function readPrivacy(said: Readonly<Record<string, string>>): Partial<Privacy> {
  const known: Record<string, string> = {};
  for (const [name, category] of Object.entries(categories)) {
    const value = said[category]?.toUpperCase();
    if (privacySchema.shape[name as keyof Privacy].safeParse(value).success && value !== undefined) known[name] = value;
  }
  return privacySchema.partial().parse(known);
}

/** The settings to change, as WhatsApp writes them. */
export function writePrivacy(change: Partial<Privacy>): { name: string; value: string }[] {
  return Object.entries(change).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name: categories[name as keyof Privacy], value: value.toLowerCase() }],
  );
}
