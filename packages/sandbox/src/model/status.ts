/** Where statuses are sent: one address for everybody, whose messages say themselves whom they are for. */
export const STATUS_JID = 'status@broadcast';

export function isStatusJid(jid: string | undefined): jid is typeof STATUS_JID {
  return jid === STATUS_JID;
}
