import type { Bus, Stoppable } from '@multiwa/bus';
import { type Capability, CodedError } from '@multiwa/contracts';
import type { PeopleQueries } from '../engines/people-queries.js';

interface Dependencies {
  bus: Pick<Bus, 'answer'>;
  profileId: string;
  capabilities: readonly Capability[];
  people: PeopleQueries;
  /** Whether the connection is open: before that WhatsApp would answer nothing. */
  isOpen(): boolean;
}

/** Answers what is asked about people, and about the number itself, for as long as the connection lasts. */
export function answerPeople({ bus, profileId, capabilities, people, isOpen }: Dependencies): Stoppable {
  const able =
    <Q, A>(capability: Capability, answer: (question: Q) => Promise<A>) =>
    async (question: Q): Promise<A> => {
      if (!capabilities.includes(capability)) throw new CodedError('not_supported_by_engine');
      if (!isOpen()) throw new CodedError('profile_not_connected');
      return answer(question);
    };
  const answers = [
    bus.answer(
      'numbers',
      profileId,
      able('contacts.lookup', async ({ phones }) => ({ numbers: await people.checkNumbers(phones) })),
    ),
    bus.answer(
      'about',
      profileId,
      able('contacts.lookup', ({ chat }) => people.about(chat)),
    ),
    bus.answer(
      'picture',
      profileId,
      able('contacts.lookup', ({ chat }) => people.picture(chat)),
    ),
    bus.answer(
      'business',
      profileId,
      able('contacts.lookup', ({ chat }) => people.business(chat)),
    ),
    bus.answer(
      'block',
      profileId,
      able('contacts.block', async ({ chat, blocked }) => {
        await people.block(chat, blocked);
        return {};
      }),
    ),
    bus.answer(
      'blocklist',
      profileId,
      able('contacts.block', async () => ({ people: await people.blocklist() })),
    ),
    bus.answer(
      'own-profile',
      profileId,
      able('profile.edit', () => people.ownProfile()),
    ),
    bus.answer(
      'change-own-profile',
      profileId,
      able('profile.edit', async (change) => {
        await people.changeOwnProfile(change);
        return {};
      }),
    ),
  ];
  return {
    stop() {
      for (const answer of answers) answer.stop();
    },
  };
}
