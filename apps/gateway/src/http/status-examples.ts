import type { StatusDetail, StatusView } from '@multiwa/contracts';

const at = '2026-11-23T05:00:00.000Z';

const status: StatusView = {
  id: 'cmh3k2v1x000jqzrm3x5yz7ab',
  profileId: 'cmh3k2v1x0000qzrm5t9ab3de',
  waMessageId: '3EB0A1B2C3D4E5F60718',
  fromMe: true,
  type: 'TEXT',
  content: { type: 'TEXT', text: 'Open until nine today' },
  look: { backgroundColor: '#1f7a4d', font: 'SYSTEM_BOLD' },
  state: 'SENT',
  failure: null,
  sender: null,
  audience: 214,
  views: 1,
  seenAt: null,
  timestamp: at,
  expiresAt: '2026-11-24T05:00:00.000Z',
  deletedAt: null,
};
const detail: StatusDetail = {
  ...status,
  viewers: [
    { phone: '6281234567890', lid: '198765432109876', deliveredAt: at, viewedAt: '2026-11-23T05:07:12.000Z' },
    { phone: '6289876543210', lid: null, deliveredAt: at, viewedAt: null },
  ],
  reactions: [{ emoji: '💚', fromMe: false, sender: { phone: '6281234567890', lid: '198765432109876' }, at }],
};

export const statusExamples: Readonly<Record<string, unknown>> = { Status: status, StatusDetail: detail };
