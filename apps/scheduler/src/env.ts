import { baseEnv } from '@multiwa/runtime';
import { z } from 'zod';

export const schedulerEnv = z.object(baseEnv);
export type SchedulerEnv = z.infer<typeof schedulerEnv>;
