import { type EventRecord, eventOf } from '@multiwa/contracts';
import { type Executor, identitiesOf } from '@multiwa/db';
import { identityOfChat, newId } from '@multiwa/domain';

interface RunOfEvent {
  id: string;
  workspaceId: string;
  profileId: string;
  automationId: string;
  version: number;
  contactId: string;
  chat: string;
}

export async function startedEvent(executor: Executor, run: RunOfEvent): Promise<EventRecord> {
  const { workspaceId, profileId } = run;
  const data = await common(executor, run);
  return eventOf('automation.run.started', { id: newId(), workspaceId, profileId, data });
}

export async function endedEvent(
  executor: Executor,
  run: RunOfEvent,
  status: 'COMPLETED' | 'FAILED',
  failureCode: string | null,
): Promise<EventRecord> {
  const { workspaceId, profileId } = run;
  const data = { ...(await common(executor, run)), status, failureCode };
  return eventOf('automation.run.ended', { id: newId(), workspaceId, profileId, data });
}

/** With the contact by both names, as far as they are known. */
async function common(executor: Executor, { id: runId, automationId, version, contactId, chat }: RunOfEvent) {
  const peer = (await identitiesOf(executor, [contactId])).get(contactId) ?? identityOfChat(chat);
  return { runId, automationId, version, contactId, chat, peer };
}
