import { type StatusReason, statusReasons, subjects } from '@multiwa/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway, until } from './gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

test.each(['passkey_required', 'banned', 'logged_out', 'proxy_unreachable'] as StatusReason[])(
  'a profile that the engine gave up with %s is asked for again like any other, and says why it stood still',
  async (reason) => {
    const id = await gateway.newProfile();
    await gateway.database.prisma.profile.update({ where: { id }, data: { statusReason: reason } });
    const heard: string[] = [];
    const listener = gateway.bus.onNudge(subjects.nudge.profile(id), (subject) => heard.push(subject));
    const connected = await gateway.call('POST', `/profiles/${id}/connect`);
    const told = { status: 'DISCONNECTED', statusReason: reason, statusSentence: statusReasons[reason] };
    expect(connected).toMatchObject({ status: 202, json: { desiredState: 'CONNECTED', ...told } });
    const renamed = await gateway.call('PATCH', `/profiles/${id}`, { body: { name: 'Renamed' } });
    expect(renamed).toMatchObject({ status: 200, json: { name: 'Renamed', desiredState: 'CONNECTED', ...told } });
    await until(() => heard.length > 0);
    listener.stop();
  },
);
