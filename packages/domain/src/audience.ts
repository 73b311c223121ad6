import {
  type AudienceSource,
  CodedError,
  type FieldError,
  maxTextLength,
  type RecipientStatus,
} from '@multiwa/contracts';
import { chatOfPhone, parseRecipient, type Recipient, userOfChat } from './addresses.js';
import { phoneForms } from './phone-forms.js';
import { lookupIn, parseTextTemplate, renderTemplate, type Template, variablesOf } from './template.js';

/** Someone a broadcast was asked to send to. */
export interface Candidate {
  position: number;
  /** As given: a number, a JID or a LID. */
  input: string;
  /** The recipient's own values; `name` among them when it was given. */
  variables: Readonly<Record<string, string>>;
}

/** A person as the profile knows them. */
export interface KnownContact {
  id: string;
  phone: string | null;
  lid: string | null;
  name: string | null;
  pushName: string | null;
  metadata: Readonly<Record<string, unknown>>;
}

/** What the database knows of some candidates. */
export interface AudienceKnowledge {
  contactByPhone: ReadonlyMap<string, KnownContact>;
  contactByLid: ReadonlyMap<string, KnownContact>;
  optedOutPhones: ReadonlySet<string>;
  optedOutLids: ReadonlySet<string>;
}

/** A recipient as it is frozen: all that its text needs, so that later changes of contacts change nothing. */
export interface PlannedRecipient {
  position: number;
  status: Extract<RecipientStatus, 'PENDING' | 'INVALID' | 'OPTED_OUT' | 'DUPLICATE'>;
  reason: string | null;
  chat: string | null;
  contactId: string | null;
  variables: Record<string, string>;
}

/** Whose contact has to be looked up. */
export interface Identities {
  phones: string[];
  lids: string[];
}

/** Reasons beside a status, for machines; the customer's own words stand in `input`. */
export const recipientReasons = {
  recipient_invalid: 'The recipient cannot be a WhatsApp address.',
  group_not_supported: 'Broadcasts go to people, not to groups.',
  opted_out: 'The person does not want messages.',
  duplicate: 'Another recipient of this broadcast is the same person.',
  text_empty: 'The text would be empty.',
  text_too_long: 'The text would be too long.',
} as const;
type RecipientReason = keyof typeof recipientReasons;

type Found = Omit<PlannedRecipient, 'status' | 'reason'>;

const maxErrors = 20;

/** Decides on recipients, chunk after chunk in the order of their positions: the first of one person counts. */
export interface AudiencePlanner {
  /** Whom `plan` has to know. */
  identitiesOf(candidates: readonly Candidate[]): Identities;
  plan(candidates: readonly Candidate[], knowledge: AudienceKnowledge): PlannedRecipient[];
  /**
   * After the last chunk. @throws CodedError `variable_unknown`, which points at 20 recipients at most, or
   * `audience_empty` when nobody can be sent to
   */
  check(): void;
}

/**
 * The planner of a broadcast that is about to start. A recipient is pointed at where the customer gave it: in the JSON
 * of the audience, or by the line of the CSV. @throws CodedError `template_invalid`
 */
export function planAudience(content: { text: string }, { kind }: Pick<AudienceSource, 'kind'>): AudiencePlanner {
  const pointers: Record<AudienceSource['kind'], (position: number) => string> = {
    recipients: (position) => `#/audience/recipients/${position}`,
    csv: (position) => `#/line/${position}`,
    tags: () => '#/audience/tags',
  };
  return makeAudiencePlanner(parseTextTemplate(content.text, '#/content/text'), pointers[kind]);
}

export function makeAudiencePlanner(template: Template, pointerOf: (position: number) => string): AudiencePlanner {
  const names = variablesOf(template);
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  const counts = new Map<RecipientStatus, number>();
  // Reading an address is what costs most, and each candidate is looked at twice.
  const addresses = new WeakMap<Candidate, Recipient>();
  const addressOf = (candidate: Candidate): Recipient => {
    const address = addresses.get(candidate) ?? parseRecipient(candidate.input);
    addresses.set(candidate, address);
    return address;
  };

  function planOne(candidate: Candidate, knowledge: AudienceKnowledge): PlannedRecipient {
    const { position, input } = candidate;
    const recipient = addressOf(candidate);
    const none: Found = { position, chat: null, contactId: null, variables: {} };
    const leaveOut = (status: 'INVALID' | 'OPTED_OUT' | 'DUPLICATE', reason: RecipientReason, found = none) => ({
      ...found,
      status,
      reason,
    });
    if (!recipient.ok) return leaveOut('INVALID', 'recipient_invalid');
    if (recipient.kind === 'group') return leaveOut('INVALID', 'group_not_supported');

    const { chat, phone, lid, contact } = personOf(recipient.kind, userOfChat(recipient.chat), knowledge);
    const found = { position, chat, contactId: contact?.id ?? null, variables: {} };
    if (seen.has(chat)) return leaveOut('DUPLICATE', 'duplicate', found);
    seen.add(chat);
    if (isOptedOut(phone, lid, knowledge)) return leaveOut('OPTED_OUT', 'opted_out', found);

    const variables = frozen(names, readerOf(candidate, phone, contact));
    const rendered = renderTemplate(template, lookupIn(variables));
    if (!rendered.ok) {
      const message = `${input} has no value for ${rendered.missing.map((name) => `{{${name}}}`).join(', ')}`;
      if (errors.length < maxErrors) errors.push({ pointer: pointerOf(position), code: 'variable_unknown', message });
      return { ...found, status: 'PENDING', reason: null };
    }
    if (rendered.text.trim() === '') return leaveOut('INVALID', 'text_empty', found);
    if (rendered.text.length > maxTextLength) return leaveOut('INVALID', 'text_too_long', found);
    return { ...found, variables, status: 'PENDING', reason: null };
  }

  return {
    identitiesOf: (candidates) => identitiesOf(candidates.map(addressOf)),
    plan: (candidates, knowledge) =>
      candidates.map((candidate) => {
        const planned = planOne(candidate, knowledge);
        counts.set(planned.status, (counts.get(planned.status) ?? 0) + 1);
        return planned;
      }),
    check() {
      if (errors.length > 0) throw new CodedError('variable_unknown', { errors: [...errors] });
      if (counts.has('PENDING')) return;
      const told = [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
      const detail = told === '' ? 'The audience has no recipient.' : `Nobody can be sent to: ${told}.`;
      throw new CodedError('audience_empty', { detail });
    },
  };
}

/** The phone numbers and LIDs that addresses name, each once; what is neither is left out. */
function identitiesOf(addresses: readonly Recipient[]): Identities {
  const [phones, lids] = [new Set<string>(), new Set<string>()];
  for (const address of addresses) {
    if (address.ok && address.kind === 'phone')
      for (const form of phoneForms(userOfChat(address.chat))) phones.add(form);
    if (address.ok && address.kind === 'lid') lids.add(userOfChat(address.chat));
  }
  return { phones: [...phones], lids: [...lids] };
}

/** One person has one chat: the phone's whenever it is known, whichever of the two identities was given. */
function personOf(kind: 'phone' | 'lid', user: string, { contactByPhone, contactByLid }: AudienceKnowledge) {
  if (kind === 'phone') {
    // Of the forms that a number has, the one WhatsApp was seen to use.
    const contact = phoneForms(user)
      .map((form) => contactByPhone.get(form))
      .find((known) => known !== undefined);
    const phone = contact?.phone ?? user;
    return { contact, phone, lid: contact?.lid ?? null, chat: chatOfPhone(phone) };
  }
  const contact = contactByLid.get(user);
  const phone = contact?.phone ?? null;
  return { contact, phone, lid: user, chat: phone === null ? `${user}@lid` : chatOfPhone(phone) };
}

function isOptedOut(phone: string | null, lid: string | null, known: AudienceKnowledge): boolean {
  const byPhone = phone !== null && phoneForms(phone).some((form) => known.optedOutPhones.has(form));
  return byPhone || (lid !== null && known.optedOutLids.has(lid));
}

function readerOf({ variables }: Candidate, phone: string | null, contact: KnownContact | undefined) {
  return (name: string): string | undefined => {
    if (name.startsWith('metadata.')) return textOf(contact?.metadata[name.slice('metadata.'.length)]);
    if (Object.hasOwn(variables, name)) return variables[name];
    if (name === 'name') return contact?.name ?? contact?.pushName ?? undefined;
    if (name === 'phone') return phone ?? undefined;
    return undefined;
  };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function frozen(names: readonly string[], value: (name: string) => string | undefined): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = value(name);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}
