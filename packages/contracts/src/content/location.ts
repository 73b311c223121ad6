import { z } from 'zod';

const place = {
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  name: z.string().max(1_000).optional(),
  address: z.string().max(1_000).optional(),
  url: z.string().max(2_048).optional(),
};

/** What the API takes, and what is stored and sent: a place that does not move. */
export const locationInput = { type: z.literal('LOCATION'), ...place };

/** What arrives: also from a phone that shares where it is going. */
export const locationContent = {
  type: z.literal('LOCATION'),
  latitude: z.number(),
  longitude: z.number(),
  name: z.string().optional(),
  address: z.string().optional(),
  url: z.string().optional(),
  live: z.boolean().optional().describe('The sender shares a position that moves.'),
  caption: z.string().optional(),
  accuracyMeters: z.number().optional(),
  speedMetersPerSecond: z.number().optional(),
  heading: z.number().optional().describe('Degrees clockwise from magnetic north.'),
  sequence: z.number().optional().describe('Counts the positions of one live location.'),
};
