import { CodedError, type SendCommand, subjects } from '@multiwa/contracts';
import { connect } from 'nats';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { BusMessage, Consumption, HandlerResult } from '../src/index.js';
import { anId, aSendCommand } from './support/data.js';
import { makeLog, openBus, ownNats } from './support/nats.js';
import { waitFor } from './support/wait-for.js';

describe('the commands of a profile', () => {
  test('a new owner gets all that the old one left unacked, at once and in order', async () => {
    const { url } = await ownNats();
    const [old, owner] = [await openBus(url), await openBus(url)];
    const profileId = anId();
    const commands = Array.from({ length: 50 }, (_, index) => aSendCommand(profileId, `message ${index}`));
    const published = await old.publishCommands(commands.map((payload) => ({ verb: 'send', payload })));
    expect(published.every(({ ok }) => ok)).toBe(true);
    const heldByOld: string[] = [];
    const lost: string[] = [];
    const release: ((result: HandlerResult) => void)[] = [];
    await old.consumeProfileCommands({
      profileId,
      generation: 1,
      connection: 1,
      handler: ({ payload }) => {
        heldByOld.push(payload.messageId);
        return new Promise((resolve) => void release.push(resolve));
      },
      onLost: (reason) => void lost.push(reason),
    });
    await waitFor('the old owner holds all', () => heldByOld.length === commands.length);

    const received: string[] = [];
    await owner.consumeProfileCommands({
      profileId,
      generation: 2,
      connection: 1,
      handler: async ({ payload }) => {
        received.push(payload.messageId);
        return 'done';
      },
      onLost: () => undefined,
    });
    await waitFor('the new owner has all', () => received.length === commands.length);
    expect(received).toEqual(commands.map(({ messageId }) => messageId));
    await waitFor('the old owner is told', () => lost.length === 1);
    expect(lost).toEqual(['consumer_gone']);
    for (const resolve of release) resolve('done');
  });

  test('an older owner is refused while a newer one is there', async () => {
    const { url } = await ownNats();
    const bus = await openBus(url);
    const profileId = anId();
    const consume = (generation: number, connection: number) =>
      bus.consumeProfileCommands({
        profileId,
        generation,
        connection,
        handler: async () => 'done',
        onLost: () => undefined,
      });
    await consume(3, 2);
    await expect(consume(2, 9)).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(consume(3, 1)).rejects.toBeInstanceOf(CodedError);
    await expect(consume(3, 3)).resolves.toBeDefined();
  });

  test('each connection of one owner delivers again what the one before left', async () => {
    const { url } = await ownNats();
    const bus = await openBus(url);
    const profileId = anId();
    const { messageId } = aSendCommand(profileId);
    await bus.publishCommand('send', { ...aSendCommand(profileId), messageId });
    const seen: BusMessage<SendCommand>[] = [];
    const consume = (connection: number, previousConsumer?: string): Promise<Consumption> =>
      bus.consumeProfileCommands({
        profileId,
        generation: 1,
        connection,
        previousConsumer,
        handler: async (message) => {
          seen.push(message);
          return connection === 3 ? 'done' : { retryInMs: 600_000 };
        },
        onLost: () => undefined,
      });
    const first = await consume(1);
    await waitFor('the first delivery', () => seen.length === 1);
    await first.stop();
    const second = await consume(2, `${profileId}_1_1`);
    await waitFor('the second delivery', () => seen.length === 2);
    await second.stop();
    await consume(3);
    await waitFor('the third delivery', () => seen.length === 3);
    expect(seen.map(({ payload }) => payload.messageId)).toEqual([messageId, messageId, messageId]);
  });

  test('a handler that throws means another try, and one that rejects means none', async () => {
    const { url } = await ownNats();
    const log = makeLog();
    const bus = await openBus(url, log);
    const profileId = anId();
    const [flaky, refused] = [aSendCommand(profileId, 'flaky secret'), aSendCommand(profileId, 'refused secret')];
    const tries = new Map<string, number>();
    await bus.consumeProfileCommands({
      profileId,
      generation: 1,
      connection: 1,
      handler: async ({ payload, deliveryCount }) => {
        tries.set(payload.messageId, deliveryCount);
        if (payload.messageId === refused.messageId) return { reject: 'nobody can send this' };
        if (deliveryCount < 3) throw new Error('flaky');
        return 'done';
      },
      onLost: () => undefined,
    });
    await bus.publishCommands([flaky, refused].map((payload) => ({ verb: 'send', payload })));
    await waitFor('the third try', () => tries.get(flaky.messageId) === 3);
    expect(tries.get(refused.messageId)).toBe(1);
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', fields: expect.objectContaining({ reason: 'nobody can send this' }) }),
    );
    expect(JSON.stringify(log.lines)).not.toContain('secret');
  });

  test('stop waits for the handlers at work and takes nothing new', async () => {
    const { url } = await ownNats();
    const bus = await openBus(url);
    const profileId = anId();
    const release: ((result: HandlerResult) => void)[] = [];
    const consumption = await bus.consumeProfileCommands({
      profileId,
      generation: 1,
      connection: 1,
      handler: () => new Promise((resolve) => void release.push(resolve)),
      onLost: () => undefined,
    });
    await bus.publishCommand('send', aSendCommand(profileId));
    await waitFor('the delivery', () => release.length === 1);
    let stopped = false;
    const stopping = consumption.stop().then(() => {
      stopped = true;
    });
    await bus.publishCommand('send', aSendCommand(profileId));
    expect({ stopped, delivered: release.length }).toEqual({ stopped: false, delivered: 1 });
    release[0]?.('done');
    await stopping;
    expect(release).toHaveLength(1);
  });

  test('purged commands are not delivered, those of other profiles are', async () => {
    const { url } = await ownNats();
    const bus = await openBus(url);
    const [purged, kept] = [anId(), anId()];
    await bus.publishCommand('send', aSendCommand(purged));
    await bus.publishCommand('send', aSendCommand(kept));
    await bus.purgeCommands(purged);
    const received: string[] = [];
    for (const profileId of [purged, kept]) {
      await bus.consumeProfileCommands({
        profileId,
        generation: 1,
        connection: 1,
        handler: async ({ payload }) => {
          received.push(payload.profileId);
          return 'done';
        },
        onLost: () => undefined,
      });
    }
    const last = await bus.publishCommand('send', aSendCommand(purged));
    expect(last.duplicate).toBe(false);
    await waitFor('both', () => received.length === 2);
    expect(received.sort()).toEqual([purged, kept].sort());
  });

  test('a server that lost its store is told to the owner, who can consume again', async () => {
    const nats = await ownNats();
    const bus = await openBus(nats.url);
    const profileId = anId();
    const received: string[] = [];
    const lost: string[] = [];
    const consume = (connection: number) =>
      bus.consumeProfileCommands({
        profileId,
        generation: 1,
        connection,
        handler: async ({ payload }) => {
          received.push(payload.messageId);
          return 'done';
        },
        onLost: (reason) => void lost.push(reason),
      });
    await consume(1);
    await nats.restartEmpty();
    await waitFor('the owner is told', () => lost.length === 1);
    await consume(2);
    const command = aSendCommand(profileId);
    await bus.publishCommand('send', command);
    await waitFor('the command', () => received.length === 1);
    expect(received).toEqual([command.messageId]);
  });

  test('what a handler says after the server restarted still counts', async () => {
    const nats = await ownNats();
    const bus = await openBus(nats.url);
    const profileId = anId();
    const release: ((result: HandlerResult) => void)[] = [];
    await bus.consumeProfileCommands({
      profileId,
      generation: 1,
      connection: 1,
      handler: () => new Promise((resolve) => void release.push(resolve)),
      onLost: () => undefined,
    });
    await bus.publishCommand('send', aSendCommand(profileId));
    await waitFor('the delivery', () => release.length === 1);
    await nats.kill();
    await nats.restart();
    await waitFor('the connection is back', () => bus.healthy());
    release[0]?.('done');
    const connection = await connect({ servers: nats.url });
    onTestFinished(() => connection.close());
    const manager = await connection.jetstreamManager();
    await waitFor('the command is gone', async () => {
      const { state } = await manager.streams.info(subjects.commandStreamOf(profileId));
      return state.messages === 0;
    });
    expect(release).toHaveLength(1);
  });
});
