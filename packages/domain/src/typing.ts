import { timing } from '@multiwa/contracts';

const { perCharacterMs, minMs, usualMaxMs, maxMs } = timing.send.typing;

/**
 * How long a chat shows that we type before a message leaves: as long as was asked for, or for `true` as long as somebody
 * quick would take for its text. Null for not at all.
 */
export function typingMsOf(wanted: boolean | number | undefined, text: string): number | null {
  if (wanted === undefined || wanted === false) return null;
  if (typeof wanted === 'number') return Math.min(wanted, maxMs);
  return Math.min(Math.max(text.length * perCharacterMs, minMs), usualMaxMs);
}
