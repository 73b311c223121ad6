import { idSchema } from '@multiwa/contracts';
import { z } from 'zod';

export const workerParams = z.object({ workerId: idSchema });
