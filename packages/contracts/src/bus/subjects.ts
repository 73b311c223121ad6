import type { Network } from '../profile-status.js';

/** A stream's publish rate falls with its number of consumers, so commands are spread over this many streams. */
export const commandShardCount = 16;

/** FNV-1a over the profile's id: stable across versions and languages, and known nowhere else. */
function shardOf(profileId: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < profileId.length; index++) {
    hash = Math.imul(hash ^ profileId.charCodeAt(index), 0x01000193) >>> 0;
  }
  return shardName(hash % commandShardCount);
}

export function shardName(shard: number): string {
  return String(shard).padStart(2, '0');
}

function token(value: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(value)) throw new Error(`"${value}" cannot stand in a subject`);
  return value;
}

/** Builders of every subject. Nothing else in the code base writes one. */
export const subjects = {
  command: (profileId: string, verb: string) => `cmd.${shardOf(profileId)}.${token(profileId)}.${verb}`,
  commandsOf: (profileId: string) => `cmd.${shardOf(profileId)}.${token(profileId)}.>`,
  commandStreamOf: (profileId: string) => `COMMANDS_${shardOf(profileId)}`,
  fact: (profileId: string, kind: string) => `fact.${token(profileId)}.${kind}`,
  /** Events without a profile stand under "_". */
  event: (workspaceId: string, profileId: string | null, type: string) =>
    `event.${token(workspaceId)}.${profileId === null ? '_' : token(profileId)}.${type}`,
  eventsOf: (workspaceId: string, profileId?: string) =>
    `event.${token(workspaceId)}.${profileId === undefined ? '*' : token(profileId)}.>`,
  ask: (profileId: string, verb: string) => `ask.${token(profileId)}.${verb}`,
  /** Answered by one worker of the network, through a queue group. */
  workerAsk: (network: Network, verb: string) => `ask-worker.${network.toLowerCase()}.${verb}`,
  nudge: {
    /** A profile of this network may be claimed. */
    claim: (network: Network) => `nudge.claim.${network.toLowerCase()}`,
    /** What is wanted of this profile has changed. */
    profile: (profileId: string) => `nudge.profile.${token(profileId)}`,
    anyProfile: 'nudge.profile.*',
    /** An operator wants something of the workers of this network: drain one, or take it back in. */
    workers: (network: Network) => `nudge.workers.${network.toLowerCase()}`,
    /** The encryption keys have changed: read the key file again. */
    keys: 'nudge.keys',
    /** The outbox holds something to announce. */
    outbox: 'nudge.outbox',
    /** An API key was revoked: forget what is cached about it. */
    apiKeys: 'nudge.api-keys',
    /** Somebody opted out, or in again. */
    optOuts: 'nudge.opt-outs',
    /** A broadcast's state was changed through the API. */
    broadcasts: 'nudge.broadcasts',
    /** A webhook delivery is due, or an endpoint was changed. */
    webhooks: 'nudge.webhooks',
    /** An automation was changed, or a run is due. */
    automations: 'nudge.automations',
  },
} as const;
