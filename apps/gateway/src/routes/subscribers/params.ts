import { idSchema } from '@multiwa/contracts';
import { z } from 'zod';

export const subscriberParams = z.object({ subscriberId: idSchema });
