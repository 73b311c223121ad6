import { type ErrorCode, groupIdSchema } from '@multiwa/contracts';
import { profileParams } from '../route-types.js';

export const groupParams = profileParams.extend({ groupId: groupIdSchema });
export const subgroupParams = groupParams.extend({ subgroupId: groupIdSchema });

/** What asking WhatsApp about groups may end in. */
export const askProblems: readonly ErrorCode[] = [
  'profile_not_found',
  'profile_not_connected',
  'not_supported_by_engine',
  'whatsapp_rate_limited',
  'ask_timeout',
];

/** The same of one group. */
export const groupProblems: readonly ErrorCode[] = [
  ...askProblems,
  'group_not_found',
  'not_group_member',
  'group_admin_required',
  'group_change_refused',
];
