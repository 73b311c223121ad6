import { z } from 'zod';

/** What an API key may do. `admin` includes all others. */
export const scopes = [
  'admin',
  'keys:write',
  'accounts:read',
  'accounts:write',
  'profiles:read',
  'profiles:write',
  'messages:read',
  'messages:write',
  'contacts:read',
  'contacts:write',
  'events:read',
  'subscribers:read',
  'subscribers:write',
  'webhooks:read',
  'webhooks:write',
  'broadcasts:read',
  'broadcasts:write',
  'automations:read',
  'automations:write',
  'engine:read',
  'engine:write',
] as const;
export const scopeSchema = z.enum(scopes);
export type Scope = z.infer<typeof scopeSchema>;
