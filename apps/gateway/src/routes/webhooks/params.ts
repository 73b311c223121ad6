import { idSchema } from '@multiwa/contracts';
import { z } from 'zod';

export const webhookParams = z.object({ webhookId: idSchema });
export const deliveryParams = webhookParams.extend({ deliveryId: idSchema });
