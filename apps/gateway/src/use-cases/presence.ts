import type { Bus } from '@multiwa/bus';
import { CodedError, type setPresenceSchema } from '@multiwa/contracts';
import type { PresenceSubscription, PresenceSubscriptionsRepository, ProfileScope } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import type { z } from 'zod';
import { limits } from '../limits.js';
import { validationFailed } from '../validation-failed.js';
import type { ResolveChat } from './addressing.js';
import type { KnownProfiles } from './known-profile.js';
import { type PageQuery, readPage } from './page.js';

export interface PresenceDeps {
  subscriptions: PresenceSubscriptionsRepository;
  knownProfiles: KnownProfiles;
  resolveChat: ResolveChat;
  bus: Pick<Bus, 'ask'>;
}

export function makePresence({ subscriptions, knownProfiles, resolveChat, bus }: PresenceDeps) {
  const view = ({ id, profileId, chat, createdAt }: PresenceSubscription) => ({
    id,
    profileId,
    chat,
    createdAt: createdAt.toISOString(),
  });

  /** Without a session there is nobody to tell: the next connection reads the rows. */
  async function tellSession(profileId: string, chat: string, follow: boolean): Promise<void> {
    await bus.ask('presence-follow', profileId, { chat, follow }).catch((error: unknown) => {
      if (!(error instanceof CodedError)) throw error;
    });
  }

  return {
    /** Shows everybody, or one chat, what the number is doing. Needs an open session; nothing of it is kept. */
    async show(scope: ProfileScope, { state, to }: z.output<typeof setPresenceSchema>): Promise<void> {
      await knownProfiles.require(scope);
      const isForAll = state === 'online' || state === 'offline';
      if (isForAll !== (to === undefined)) {
        const message = isForAll ? `${state} is shown to everybody: leave it out` : `${state} needs a chat`;
        throw validationFailed([{ pointer: '#/to', code: 'invalid_value', message }]);
      }
      const chat = to === undefined ? null : await resolveChat(scope, to, '#/to');
      await bus.ask('presence', scope.profileId, { chat, state });
    },

    async follow(scope: ProfileScope, to: string) {
      await knownProfiles.require(scope);
      const chat = await resolveChat(scope, to, '#/to');
      if ((await subscriptions.count(scope)) >= limits.presenceSubscriptions) {
        const detail = `A profile follows at most ${limits.presenceSubscriptions} chats.`;
        throw new CodedError('state_conflict', { detail });
      }
      const subscription = await subscriptions.add(scope, chat, newId());
      await tellSession(scope.profileId, chat, true);
      return view(subscription);
    },

    async list(scope: ProfileScope, query: PageQuery) {
      await knownProfiles.require(scope);
      return readPage('presence', query, (page) => subscriptions.list(scope, page), view);
    },

    async unfollow(scope: ProfileScope, id: string): Promise<void> {
      await knownProfiles.require(scope);
      const chat = await subscriptions.remove(scope, id);
      if (chat === null) throw new CodedError('subscription_not_found');
      await tellSession(scope.profileId, chat, false);
    },
  };
}
export type Presence = ReturnType<typeof makePresence>;
