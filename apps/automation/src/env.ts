import { baseEnv } from '@multiwa/runtime';
import { z } from 'zod';

export const automationEnv = z.object({
  ...baseEnv,
  /** Lets flows call addresses that are not public, such as a server beside this one. */
  MULTIWA_ALLOW_PRIVATE_URLS: z.stringbool().default(false),
});
export type AutomationEnv = z.infer<typeof automationEnv>;
