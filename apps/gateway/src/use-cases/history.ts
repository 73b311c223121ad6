import {
  CodedError,
  type HistoryMode,
  type HistoryPhase,
  type HistoryState,
  type HistoryView,
  profileSettingsSchema,
} from '@multiwa/contracts';
import type { HistorySync, ProfileScope, ProfilesRepository } from '@multiwa/db';
import type { Caller } from '../auth/authenticate.js';

export interface HistoryDeps {
  profiles: Pick<ProfilesRepository, 'find'>;
  readHistory(scope: ProfileScope): Promise<HistorySync | undefined>;
}

/** How far the import of what the phone has kept from before the link is. */
export function makeHistory({ profiles, readHistory }: HistoryDeps) {
  return {
    async get({ workspaceId }: Caller, profileId: string): Promise<HistoryView> {
      const profile = await profiles.find(workspaceId, profileId);
      if (!profile) throw new CodedError('profile_not_found');
      const row = await readHistory({ workspaceId, profileId });
      return row ? viewHistory(row) : notStarted(profileSettingsSchema.parse(profile.settings).historySync.mode);
    },
  };
}
export type History = ReturnType<typeof makeHistory>;

function viewHistory(row: HistorySync): HistoryView {
  const { progress, messages, chats, contacts, failedChunks } = row;
  return {
    state: row.state as HistoryState,
    mode: row.mode as HistoryMode,
    phase: row.phase as HistoryPhase | null,
    progress,
    messages,
    chats,
    contacts,
    failedChunks,
    startedAt: row.startedAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    completedAt: row.completedAt?.toISOString() ?? null,
  };
}

function notStarted(mode: HistoryMode): HistoryView {
  const counts = { progress: 0, messages: 0, chats: 0, contacts: 0, failedChunks: 0 };
  return { state: 'NOT_STARTED', mode, phase: null, ...counts, startedAt: null, updatedAt: null, completedAt: null };
}
