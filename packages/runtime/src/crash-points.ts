import { z } from 'zod';

/**
 * The moments in the life of a message at which a killed engine could lose or double it, in their order: what was done has
 * been done, and nothing that follows. Chaos and tests kill an engine at each.
 */
export const crashPoints = [
  /** The advanced Signal session is committed; nothing is on the wire. */
  'send.before-wire',
  /** On the wire; WhatsApp's ack has not been seen. */
  'send.after-wire',
  /** Acked by WhatsApp; the fact is not stored. */
  'send.after-ack',
  /** The fact is stored; the command is not acked. */
  'send.after-fact',
  /** Decrypted in memory; neither ratchet nor journal are committed. */
  'receive.after-decrypt',
  /** Ratchet and journal are committed; WhatsApp has no receipt. */
  'receive.after-journal',
  /** WhatsApp has the receipt; the fact may be under way, nobody has heard that it is stored. */
  'receive.after-receipt',
  /** The fact is stored; the journal still holds the message. */
  'receive.after-fact',
] as const;

/** The same of what a phone hands over of its history when it is linked. */
export const historyCrashPoints = [
  /** A part is stored; the rest of its chunk is not, and the journal holds all of it. */
  'history.after-part',
  /** All of a chunk is stored; the journal still holds it. */
  'history.after-chunk',
] as const;

/** The same of a post of a channel, which is not encrypted: no ratchet is lost with it, and nothing is journaled. */
export const channelCrashPoints = [
  /** It came in; nothing of it is stored. */
  'channel.before-fact',
  /** The fact is stored; WhatsApp has no receipt. */
  'channel.after-fact',
] as const;

const allCrashPoints = [...crashPoints, ...historyCrashPoints, ...channelCrashPoints];
export type CrashPoint = (typeof allCrashPoints)[number];

/** Called whenever a process passes one of its crash points. */
export type PassPoint = (point: CrashPoint) => void;

/** What it does outside of tests: nothing. */
export const passOn: PassPoint = () => undefined;

export interface CrashAt {
  point: CrashPoint;
  /** It dies at this pass, counted from 1. */
  pass: number;
}

/** `<point>` or `<point>:<pass>`, such as `send.after-wire:3`. */
export const crashAtSchema = z.string().transform((text, context): CrashAt => {
  const [name, pass = '1', ...rest] = text.split(':');
  const point = allCrashPoints.find((each) => each === name);
  if (point && rest.length === 0 && /^[1-9]\d{0,8}$/.test(pass)) return { point, pass: Number(pass) };
  context.addIssue({ code: 'custom', message: `must be a crash point and the pass, such as ${crashPoints[0]}:3` });
  return z.NEVER;
});

/** Ends the process as a crash does, with SIGKILL, at the given pass of the given point. */
export function crashing({ point, pass }: CrashAt): PassPoint {
  let passes = 0;
  return (passed) => {
    if (passed !== point) return;
    passes += 1;
    if (passes === pass) process.kill(process.pid, 'SIGKILL');
  };
}
