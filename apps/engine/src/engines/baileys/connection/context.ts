import type { Identity } from '@multiwa/contracts';
import type { AuthenticationCreds, WASocket } from '@whiskeysockets/baileys';
import type { Logger } from '../../../logger.js';
import type { ConnectionCallbacks, Session } from '../../engine.js';
import type { CompleteIdentity } from '../complete-identity.js';
import type { SignalKeys } from '../signal-keys.js';
import type { Lifetime } from './lifetime.js';

/** What the parts of one connection share. */
export interface ConnectionContext {
  sock: WASocket;
  creds: AuthenticationCreds;
  keys: SignalKeys;
  session: Session;
  callbacks: ConnectionCallbacks;
  logger: Logger;
  lifetime: Lifetime;
  complete: CompleteIdentity;
  /** How the number itself is called. */
  self(): Identity;
}
