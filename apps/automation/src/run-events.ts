import { type EventRecord, eventOf } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';

interface RunOfEvent {
  id: string;
  workspaceId: string;
  profileId: string;
  automationId: string;
  version: number;
  contactId: string;
  chat: string;
}

export function startedEvent(run: RunOfEvent): EventRecord {
  const { workspaceId, profileId } = run;
  return eventOf('automation.run.started', { id: newId(), workspaceId, profileId, data: common(run) });
}

export function endedEvent(run: RunOfEvent, status: 'COMPLETED' | 'FAILED', failureCode: string | null): EventRecord {
  const { workspaceId, profileId } = run;
  const data = { ...common(run), status, failureCode };
  return eventOf('automation.run.ended', { id: newId(), workspaceId, profileId, data });
}

function common({ id: runId, automationId, version, contactId, chat }: RunOfEvent) {
  return { runId, automationId, version, contactId, chat };
}
