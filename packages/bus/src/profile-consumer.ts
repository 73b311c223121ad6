import { CodedError, profileConsumer, subjects } from '@multiwa/contracts';
import { AckPolicy, DeliverPolicy, type JetStreamManager, type NatsConnection, nanos } from 'nats';
import { consumerNames, deleteConsumer, NOT_UNIQUE_ON_WORK_QUEUE } from './consumer-names.js';
import { apiErrorCode } from './provision.js';

const ATTEMPTS = 5;

interface Owner {
  profileId: string;
  generation: number;
  connection: number;
  previousConsumer?: string;
}

interface Dependencies {
  connection: NatsConnection;
  manager: JetStreamManager;
}

/**
 * Makes the consumer of a profile's commands for this owner. A work queue refuses a second one on the same subjects, so
 * those of older owners are deleted first. @throws CodedError `state_conflict` when there is one of a newer owner
 */
export async function makeProfileConsumer(dependencies: Dependencies, owner: Owner): Promise<void> {
  const stream = subjects.commandStreamOf(owner.profileId);
  const name = profileConsumer.name(owner.profileId, owner.generation, owner.connection);
  if (owner.previousConsumer !== undefined && owner.previousConsumer !== name) {
    await deleteConsumer(dependencies.manager, stream, owner.previousConsumer);
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      await addConsumer(dependencies.manager, stream, name, owner.profileId);
      return;
    } catch (error) {
      if (apiErrorCode(error) !== NOT_UNIQUE_ON_WORK_QUEUE || attempt === ATTEMPTS) throw error;
      await deleteOlder(dependencies, stream, owner);
    }
  }
}

async function addConsumer(manager: JetStreamManager, stream: string, name: string, profileId: string): Promise<void> {
  await manager.consumers.add(stream, {
    durable_name: name,
    filter_subject: subjects.commandsOf(profileId),
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(profileConsumer.ackWaitMs),
    max_ack_pending: profileConsumer.maxAckPending,
    max_deliver: -1,
    inactive_threshold: nanos(profileConsumer.inactiveThresholdMs),
  });
}

async function deleteOlder({ connection, manager }: Dependencies, stream: string, owner: Owner): Promise<void> {
  const prefix = profileConsumer.namePrefix(owner.profileId);
  for (const name of await consumerNames(connection, stream)) {
    if (!name.startsWith(prefix)) continue;
    const [generation = 0, attempt = 0] = name.slice(prefix.length).split('_').map(Number);
    if (generation > owner.generation || (generation === owner.generation && attempt > owner.connection)) {
      throw new CodedError('state_conflict', { detail: `A newer owner (${name}) takes the commands of this profile.` });
    }
    await deleteConsumer(manager, stream, name);
  }
}
