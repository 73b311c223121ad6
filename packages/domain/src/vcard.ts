interface Card {
  name: string;
  /** Digits in international form. */
  phone: string;
  organization?: string | undefined;
  email?: string | undefined;
}

/** A vCard that a phone shows with the buttons to write and to save: `waid` says that the number is on WhatsApp. */
export function vcardOf({ name, phone, organization, email }: Card): string {
  return [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:;${escaped(name)};;;`,
    `FN:${escaped(name)}`,
    ...(organization === undefined ? [] : [`ORG:${escaped(organization)}`]),
    `TEL;type=CELL;type=VOICE;waid=${phone}:+${phone}`,
    ...(email === undefined ? [] : [`EMAIL:${escaped(email)}`]),
    'END:VCARD',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replace(/[\\,;]/g, '\\$&').replace(/\r?\n/g, '\\n');
}

const TELEPHONE = /^(?:[\w-]+\.)?TEL((?:;[^:\r\n]*)?):(.*)$/gim;
const WHATSAPP_ID = /;waid=(\d+)/i;

/** The digits of the numbers in a vCard, each once; that of WhatsApp where the card names one. */
export function phonesOfVcard(vcard: string): string[] {
  const phones = [...vcard.matchAll(TELEPHONE)].map(([, parameters = '', value = '']) => {
    const [, id] = WHATSAPP_ID.exec(parameters) ?? [];
    return id ?? value.replace(/\D/g, '');
  });
  return [...new Set(phones.filter((phone) => phone !== ''))];
}
