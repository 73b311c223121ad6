import { statusChat } from '@multiwa/contracts';
import type { Case } from './conformance-bench.js';
import { partly } from './partly.js';

const id = 'cmh3k2v1x0000qzrm5t9ab3de';

/** What an engine that claims statuses must do. */
export const statusConformance: Readonly<Record<'status' | 'receive.status', Case>> = {
  status: async ({ post, friend, receipt, file }) => {
    const status = { audience: [friend.chat], backgroundColor: '#1f7a4d', font: 'SCRIPT' } as const;
    const text = await post({
      type: 'TEXT',
      text: 'open today',
      status: { ...status, audience: [...status.audience] },
    });
    partly(await friend.received(text), { group: statusChat });
    partly((await friend.received(text)).content.extendedTextMessage, {
      text: 'open today',
      backgroundArgb: 0xff1f7a4d,
      font: 'FB_SCRIPT',
    });
    await friend.read(text);
    partly(await receipt(text, 'READ'), { chat: statusChat, participant: { phone: friend.phone, lid: friend.lid } });

    const media = file('image/jpeg');
    const image = await post({ type: 'IMAGE', media, status: { audience: [friend.chat] } });
    await friend.received(image);
    if ((await friend.opened(image)) !== media.sha256) throw new Error('the picture of a status arrived otherwise');

    const target = { messageId: id, waMessageId: text, fromMe: true, sender: null };
    const deletion = await post({ type: 'DELETE', target, status: { audience: [friend.chat] } });
    partly((await friend.received(deletion)).content, { protocolMessage: { key: { id: text }, type: 'REVOKE' } });
  },

  'receive.status': async ({ arrival, friend }) => {
    const posted = await friend.post({ extendedTextMessage: { text: 'closed today' } });
    partly(await arrival('message-received', posted), {
      chat: statusChat,
      peer: null,
      sender: { phone: friend.phone, lid: friend.lid },
      content: { type: 'TEXT', text: 'closed today' },
    });
    const key = { remoteJid: statusChat, id: posted, fromMe: true };
    const deletion = await friend.post({ protocolMessage: { key, type: 'REVOKE' } });
    partly(await arrival('message-deleted', deletion), {
      chat: statusChat,
      target: { waMessageId: posted, fromMe: false },
    });
  },
};
