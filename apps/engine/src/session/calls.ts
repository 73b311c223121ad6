import type { FactPayload } from '@multiwa/bus';
import { profileSettingsSchema } from '@multiwa/contracts';
import type { OwnedProfile } from '@multiwa/db';
import type { CallSeen, Connection } from '../engines/engine.js';
import type { Logger } from '../logger.js';

interface Dependencies {
  connection: Pick<Connection, 'rejectCall'>;
  profile(): OwnedProfile;
  say(fact: FactPayload<'call'>): Promise<void>;
  logger: Logger;
}

/** Calls that ring, at most; WhatsApp ends them within a minute. */
const REMEMBERED = 100;

/** Calls of one connection: told on, and rejected when the profile's settings or a caller of ours say so. */
export class Calls {
  readonly #dependencies: Dependencies;
  readonly #ringing = new Map<string, CallSeen>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Never throws. */
  async seen(call: CallSeen): Promise<void> {
    const { profile, logger } = this.#dependencies;
    if (call.status === 'RINGING') this.#remember(call);
    else this.#ringing.delete(call.waCallId);
    try {
      await this.#say(call, null);
      const { autoReject } = profileSettingsSchema.parse(profile().settings).calls;
      if (call.status === 'RINGING' && autoReject) await this.#reject(call, 'SETTING');
    } catch (error) {
      logger.warn({ err: error, waCallId: call.waCallId }, 'A call was not told or not rejected');
    }
  }

  /** Rejects a call for a caller of ours. */
  async reject({ waCallId, fromJid }: Pick<CallSeen, 'waCallId' | 'fromJid'>): Promise<void> {
    const known = this.#ringing.get(waCallId);
    if (known) await this.#reject(known, 'API');
    else await this.#dependencies.connection.rejectCall({ waCallId, fromJid });
  }

  async #reject(call: CallSeen, by: 'API' | 'SETTING'): Promise<void> {
    await this.#dependencies.connection.rejectCall(call);
    this.#ringing.delete(call.waCallId);
    await this.#say({ ...call, status: 'REJECTED', at: new Date().toISOString() }, by);
  }

  #say(call: CallSeen, rejectedBy: 'API' | 'SETTING' | null): Promise<void> {
    const { profileId, workspaceId } = this.#dependencies.profile();
    return this.#dependencies.say({ ...call, profileId, workspaceId, rejectedBy });
  }

  #remember(call: CallSeen): void {
    this.#ringing.set(call.waCallId, call);
    const [oldest] = this.#ringing.keys();
    if (this.#ringing.size > REMEMBERED && oldest !== undefined) this.#ringing.delete(oldest);
  }
}
