import { type MediaSource, timing } from '@multiwa/contracts';
import {
  type BaileysEventMap,
  decryptMediaRetryData,
  encryptMediaRetryRequest,
  proto,
  type WASocket,
} from '@whiskeysockets/baileys';

/**
 * Asks the own phone for a file that WhatsApp keeps no longer. Resolves with the path at which it lies again; undefined when the
 * phone has it no more, does not answer, or is not asked any longer. The library's own way has no deadline.
 */
export async function requestMedia(
  sock: Pick<WASocket, 'ev' | 'sendNode' | 'authState'>,
  { message, mediaKey }: MediaSource,
  ended: AbortSignal,
  timeoutMs: number = timing.media.reRequestTimeoutMs,
): Promise<string | undefined> {
  const { me } = sock.authState.creds;
  if (!message || !me || ended.aborted) return undefined;
  const { id, chat: remoteJid, fromMe, participant } = message;
  const key = Buffer.from(mediaKey, 'base64');
  const answered = new Promise<string | undefined>((resolve) => {
    const settle = (directPath: string | undefined) => {
      clearTimeout(timer);
      ended.removeEventListener('abort', giveUp);
      sock.ev.off('messages.media-update', onUpdate);
      resolve(directPath);
    };
    const onUpdate = (updates: BaileysEventMap['messages.media-update']) => {
      const update = updates.find((one) => one.key.id === id);
      if (update) settle(pathOf(update, key, id));
    };
    const giveUp = () => settle(undefined);
    const timer = setTimeout(giveUp, timeoutMs);
    ended.addEventListener('abort', giveUp, { once: true });
    sock.ev.on('messages.media-update', onUpdate);
  });
  await sock.sendNode(encryptMediaRetryRequest({ id, remoteJid, fromMe, participant }, key, me.id));
  return answered;
}

type Update = BaileysEventMap['messages.media-update'][number];

function pathOf({ error, media }: Update, mediaKey: Uint8Array, id: string): string | undefined {
  if (error || !media) return undefined;
  try {
    const { result, directPath } = decryptMediaRetryData(media, mediaKey, id);
    const isSuccess = result === proto.MediaRetryNotification.ResultType.SUCCESS;
    return isSuccess && directPath ? directPath : undefined;
  } catch {
    return undefined;
  }
}
