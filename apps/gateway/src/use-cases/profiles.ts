import type { Bus } from '@multiwa/bus';
import {
  CodedError,
  capabilities,
  type capabilitiesSchema,
  capabilityTable,
  type createProfileSchema,
  type Network,
  profileSettingsSchema,
  subjects,
  type updateProfileSchema,
} from '@multiwa/contracts';
import {
  type AccountsRepository,
  isForeignKeyViolation,
  type Profile,
  type ProfileFilter,
  type ProfilesRepository,
} from '@multiwa/db';
import { newId } from '@multiwa/domain';
import type { Logger } from '@multiwa/runtime';
import type { z } from 'zod';
import type { Caller } from '../auth/authenticate.js';
import { viewProfile } from '../views/views.js';
import { type PageQuery, readPage } from './page.js';

export interface ProfilesDeps {
  profiles: ProfilesRepository;
  accounts: Pick<AccountsRepository, 'find'>;
  bus: Pick<Bus, 'nudge' | 'purgeCommands'>;
  /** The networks that this installation serves. */
  networks: ReadonlySet<Network>;
  /** Forgets what this process remembers of a profile. */
  forget(profileId: string): void;
  logger: Pick<Logger, 'warn'>;
}

type DesiredState = Profile['desiredState'];

export function makeProfiles({ profiles, accounts, bus, networks, forget, logger }: ProfilesDeps) {
  /** @throws CodedError `account_not_found` */
  async function requireAccount(workspaceId: string, accountId: string | null | undefined): Promise<void> {
    if (accountId && !(await accounts.find(workspaceId, accountId))) throw new CodedError('account_not_found');
  }

  function nudge({ id, network }: Pick<Profile, 'id' | 'network'>): void {
    forget(id);
    bus.nudge(subjects.nudge.profile(id));
    bus.nudge(subjects.nudge.claim(network));
  }

  return {
    async create({ workspaceId }: Caller, input: z.output<typeof createProfileSchema>, id = newId()) {
      const { name, network, engine, accountId = null, webhookUrl = null } = input;
      if (!networks.has(network)) throw new CodedError('network_unavailable');
      if (engine !== 'BAILEYS') {
        throw new CodedError('not_supported_by_engine', { detail: `This gateway has no engine ${engine} yet.` });
      }
      await requireAccount(workspaceId, accountId);
      const profile = { id, workspaceId, accountId, name, network, engine, webhookUrl };
      return viewProfile(await accountKept(profiles.create(profile)));
    },

    list({ workspaceId }: Caller, { limit, cursor, ...filter }: PageQuery & ProfileFilter) {
      const read = (page: Parameters<ProfilesRepository['list']>[1]) =>
        profiles.list(workspaceId, { ...page, ...filter });
      return readPage('profiles', { limit, cursor }, read, viewProfile);
    },

    async get({ workspaceId }: Caller, id: string) {
      return viewProfile(found(await profiles.find(workspaceId, id)));
    },

    async capabilities({ workspaceId }: Caller, id: string): Promise<z.input<typeof capabilitiesSchema>> {
      const { engine } = found(await profiles.find(workspaceId, id));
      return {
        engine,
        capabilities: capabilities.map((name) => {
          const { description, engines, hint = null } = capabilityTable[name];
          return { name, supported: engines.includes(engine), description, hint };
        }),
      };
    },

    async update({ workspaceId }: Caller, id: string, change: z.output<typeof updateProfileSchema>) {
      await requireAccount(workspaceId, change.accountId);
      const { settings, ...rest } = change;
      if (settings === undefined) return viewProfile(found(await accountKept(profiles.update(workspaceId, id, rest))));
      const before = profileSettingsSchema.parse(found(await profiles.find(workspaceId, id)).settings);
      const { calls, historySync, ...others } = settings;
      const changed = {
        ...others,
        ...(calls && { calls: { ...before.calls, ...calls } }),
        ...(historySync && { historySync: { ...before.historySync, ...historySync } }),
      };
      const profile = found(await accountKept(profiles.update(workspaceId, id, { ...rest, settings: changed })));
      // Whoever holds the session goes by them.
      nudge(profile);
      return viewProfile(profile);
    },

    /** Asking twice asks once; asking again also wakes a worker that missed the first time. */
    async want({ workspaceId }: Caller, id: string, desiredState: DesiredState) {
      const profile = found(await profiles.update(workspaceId, id, { desiredState }));
      nudge(profile);
      return viewProfile(profile);
    },

    async delete({ workspaceId }: Caller, id: string): Promise<void> {
      const profile = found(await profiles.delete(workspaceId, id, newId));
      nudge(profile);
      bus.nudge(subjects.nudge.outbox);
      // The rows are ended already; a command that stays in its stream finds no session to carry it out.
      await bus.purgeCommands(id).catch((error: unknown) => {
        logger.warn({ err: error, profileId: id }, 'the commands of a deleted profile could not be purged');
      });
    },
  };
}
export type Profiles = ReturnType<typeof makeProfiles>;

function found<T>(profile: T | null): T {
  if (!profile) throw new CodedError('profile_not_found');
  return profile;
}

/** The account may have been deleted since it was looked at. */
async function accountKept<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (cause) {
    throw isForeignKeyViolation(cause) ? new CodedError('account_not_found', { cause }) : cause;
  }
}
