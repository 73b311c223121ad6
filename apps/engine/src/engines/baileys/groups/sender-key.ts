import type { WASocket } from '@whiskeysockets/baileys';
import type { SignalKeys } from '../signal-keys.js';

/**
 * Forgets the key by which the number writes to a group, and who has it: the next message makes a new one and gives it to
 * those who are in the group then. The library never does, so that somebody who was removed could read on.
 */
export async function renewSenderKey(sock: WASocket, keys: SignalKeys, chat: string): Promise<void> {
  const { me } = sock.authState.creds;
  const names = [me?.lid, me?.id].flatMap((jid) => {
    if (jid === undefined) return [];
    const address = sock.signalRepository.jidToSignalProtocolAddress(jid);
    const dot = address.lastIndexOf('.');
    return [`${chat}::${address.slice(0, dot)}::${address.slice(dot + 1)}`];
  });
  await keys.transaction(
    async () =>
      keys.set({
        'sender-key': Object.fromEntries(names.map((name) => [name, null])),
        'sender-key-memory': { [chat]: null },
      }),
    chat,
  );
}
