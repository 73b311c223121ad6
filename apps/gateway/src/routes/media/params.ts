import { idSchema } from '@multiwa/contracts';
import { z } from 'zod';

export const mediaParams = z.object({ mediaId: idSchema });
