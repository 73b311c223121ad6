import { idSchema } from '@multiwa/contracts';
import { z } from 'zod';

export const automationParams = z.object({ automationId: idSchema });
export const runParams = automationParams.extend({ runId: idSchema });
