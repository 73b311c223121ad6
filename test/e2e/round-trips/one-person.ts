import { expect, test } from 'vitest';
import { EventLog, linkProfile, type Product } from '../../../packages/testkit/dist/index.js';
import { showLogsOnFailure } from '../support/use-product.js';

/** What becomes of two names of one person. */
export function onePersonTests(product: () => Product): void {
  test('a number in the address book and someone who hid behind a LID become one person, with all that both had', async () => {
    const { client, sandbox } = product();
    showLogsOnFailure(product());
    const log = await EventLog.open(client);
    const { profile, phone } = await linkProfile(product(), 'Book');
    const friend = await sandbox.createPhone({ name: 'Sari' });
    await sandbox.hidePhone(friend.phone);

    const [imported] = await client.contacts.import(
      profile.id,
      `phone,name,tags\n+${friend.phone},Sari Dewi,customer\n`,
    );
    expect(imported).toMatchObject({ line: 2, outcome: 'CREATED' });
    await sandbox.send(friend.phone, { to: phone.phone, text: 'Who am I?', addressing: 'lid' });
    const first = await log.waitFor('message.received', ({ profileId }) => profileId === profile.id);
    expect(first.data).toMatchObject({ chat: `${friend.lid}@lid`, sender: { phone: null, lid: friend.lid } });
    const hidden = String(first.data.contactId);
    await client.contacts.update(profile.id, hidden, { tags: ['vip'], metadata: { source: 'ad' } });
    const [oldConversation] = (await client.conversations.list(profile.id)).items;

    const checked = await client.contacts.checkNumbers(profile.id, [`+${friend.phone}`]);
    expect(checked.items).toMatchObject([{ exists: true, phone: friend.phone, lid: friend.lid }]);
    const merged = await log.waitFor('contact.merged', ({ profileId }) => profileId === profile.id);
    expect(merged.data).toMatchObject({
      mergedContactId: hidden,
      phone: friend.phone,
      lid: friend.lid,
      chat: `${friend.phone}@s.whatsapp.net`,
      mergedChat: `${friend.lid}@lid`,
    });

    const contact = await client.contacts.get(profile.id, hidden);
    expect(contact).toMatchObject({
      id: merged.data.contactId,
      phone: friend.phone,
      lid: friend.lid,
      name: 'Sari Dewi',
      pushName: 'Sari',
      tags: ['customer', 'vip'],
      metadata: { source: 'ad' },
    });
    await sandbox.send(friend.phone, { to: phone.phone, text: 'Still me', addressing: 'lid' });
    const second = await log.waitFor('message.received', ({ data }) => data.messageId !== first.data.messageId);
    expect(second.data).toMatchObject({ chat: `${friend.phone}@s.whatsapp.net`, contactId: contact.id });
    const conversations = await client.conversations.list(profile.id);
    expect(conversations.items).toMatchObject([
      { chat: `${friend.phone}@s.whatsapp.net`, unreadCount: 2, lastMessageId: second.data.messageId },
    ]);
    expect(await client.conversations.get(profile.id, String(oldConversation?.id))).toEqual(conversations.items[0]);
    const { items } = await client.messages.list(profile.id, { to: `+${friend.phone}` });
    expect(items.map(({ id }) => id)).toEqual([second.data.messageId, first.data.messageId]);

    const answer = { type: 'TEXT', to: `${friend.lid}@lid`, text: 'Hello Sari' } as const;
    const sent = await client.messages.send(profile.id, answer);
    expect(sent.chat).toBe(`${friend.phone}@s.whatsapp.net`);
    expect(await sandbox.waitForMessage(friend.phone, ({ id }) => id === sent.waMessageId)).toMatchObject({
      copies: 1,
    });

    await client.optOuts.add({ to: `${friend.lid}@lid`, reason: 'Said so' });
    const refused = client.messages.send(profile.id, { ...answer, to: `+${friend.phone}` });
    await expect(refused).rejects.toMatchObject({ code: 'recipient_opted_out' });
    expect(await sandbox.unknown()).toEqual([]);
    await log.close();
  });
}
