import type { About, BusinessAnswer, ChangeOwnProfile, Identity, OwnProfile, Picture } from '@multiwa/contracts';

/**
 * What may be asked of WhatsApp about people, over an open connection. Nothing is remembered here and nothing is asked
 * twice: the caller has a cache and a budget.
 * All of them throw CodedError: `whatsapp_rate_limited`, `ask_timeout`, `profile_not_connected`, `refused_by_whatsapp`.
 */
export interface PeopleQueries {
  /** What WhatsApp knows each number by, in order; without a phone when it is not there. */
  checkNumbers(phones: readonly string[]): Promise<Identity[]>;
  about(chat: string): Promise<About>;
  picture(chat: string): Promise<Picture>;
  business(chat: string): Promise<BusinessAnswer>;
  block(chat: string, blocked: boolean): Promise<void>;
  blocklist(): Promise<Identity[]>;
  ownProfile(): Promise<OwnProfile>;
  /** @throws CodedError also `picture_invalid` */
  changeOwnProfile(change: ChangeOwnProfile): Promise<void>;
}
