import {
  CodedError,
  capabilityTable,
  maxStatusAudience,
  type OutboundContent,
  type ParsedStatus,
  type StatusPart,
  statusChat,
} from '@multiwa/contracts';
import type { ProfileScope, StatusViewer } from '@multiwa/db';
import { chatOfPhone, namesOfChat } from '@multiwa/domain';
import type { ResolveChat } from '../use-cases/addressing.js';
import type { KnownProfile } from '../use-cases/known-profile.js';
import type { Composed } from './compose-content.js';
import { type FileDeps, type FileInput, makeComposeFile } from './compose-file.js';

export interface ComposeStatusDeps extends FileDeps {
  resolveChat: ResolveChat;
  /** Contacts of a profile who are known to be on WhatsApp, at most so many. */
  contacts(profileId: string, most: number): Promise<StatusViewer[]>;
  /** Those who want no messages, of people with these names. */
  optedOut(workspaceId: string, names: { phones: string[]; lids: string[] }): Promise<StatusViewer[]>;
}

/** Turns what a caller wants to post into what is stored and sent: for whom it is stands in it. @throws CodedError with a pointer */
export function makeComposeStatus(deps: ComposeStatusDeps) {
  const { resolveChat, contacts, optedOut } = deps;
  const composeFile = makeComposeFile(deps);

  return async function composeStatus(
    scope: ProfileScope,
    { engine }: Pick<KnownProfile, 'engine'>,
    input: ParsedStatus,
  ): Promise<Composed> {
    const isAble = [capabilityTable.status, capabilityTable[`send.${input.type}`]].every(({ engines }) =>
      (engines as readonly string[]).includes(engine),
    );
    if (!isAble) throw new CodedError('not_supported_by_engine');
    const audience = await audienceOf(scope, input);
    return { chat: statusChat, content: await contentOf(scope, input, audience) };
  };

  async function contentOf(scope: ProfileScope, input: ParsedStatus, audience: string[]): Promise<OutboundContent> {
    switch (input.type) {
      case 'TEXT': {
        const { type, text, backgroundColor, textColor, font } = input;
        const status: StatusPart = { audience, backgroundColor, textColor, font };
        return { type, text, status };
      }
      case 'AUDIO': {
        const { type, media, backgroundColor } = input;
        const file = await composeFile(scope, { type, media, voice: true } as FileInput);
        return { ...file, status: { audience, backgroundColor } };
      }
      default: {
        const { type, media, caption } = input;
        const file = await composeFile(scope, { type, media, caption } as FileInput);
        return { ...file, status: { audience } };
      }
    }
  }

  async function audienceOf(
    scope: ProfileScope,
    { audience, ignoreOptOut = false }: Pick<ParsedStatus, 'audience' | 'ignoreOptOut'>,
  ): Promise<string[]> {
    const named = audience ? await resolved(scope, audience) : await known(scope.profileId);
    const refused = ignoreOptOut ? new Set<string>() : await optedOutAmong(scope.workspaceId, named);
    if (audience && refused.size > 0) throw refusal(named, refused);
    const left = [...new Set(named)].filter((chat) => !refused.has(chat));
    if (left.length > 0) return left;
    const message = 'Nobody is left whom the status could go to.';
    throw new CodedError('status_audience_empty', {
      errors: [{ pointer: '#/audience', code: 'status_audience_empty', message }],
    });
  }

  function resolved(scope: ProfileScope, audience: readonly string[]): Promise<string[]> {
    return Promise.all(
      audience.map(async (person, index) => {
        const pointer = `#/audience/${index}`;
        const chat = await resolveChat(scope, person, pointer);
        if (!chat.endsWith('@g.us')) return chat;
        const message = 'A status is for people, not for groups.';
        throw new CodedError('recipient_invalid', { errors: [{ pointer, code: 'recipient_invalid', message }] });
      }),
    );
  }

  async function known(profileId: string): Promise<string[]> {
    const people = await contacts(profileId, maxStatusAudience);
    return people.flatMap(({ phone, lid }) =>
      phone === null ? (lid === null ? [] : `${lid}@lid`) : chatOfPhone(phone),
    );
  }

  async function optedOutAmong(workspaceId: string, chats: readonly string[]): Promise<Set<string>> {
    const names = chats.map((chat) => ({ chat, ...namesOfChat(chat) }));
    const found = await optedOut(workspaceId, {
      phones: names.flatMap(({ phones }) => phones),
      lids: names.flatMap(({ lid }) => lid ?? []),
    });
    const taken = new Set(found.flatMap(({ phone, lid }) => [phone, lid]).filter((name) => name !== null));
    const isOut = ({ phones, lid }: (typeof names)[number]) => [...phones, lid].some((name) => name && taken.has(name));
    return new Set(names.filter(isOut).map(({ chat }) => chat));
  }
}
export type ComposeStatus = ReturnType<typeof makeComposeStatus>;

function refusal(named: readonly string[], refused: ReadonlySet<string>): CodedError {
  const message = 'The person does not want messages.';
  const errors = named.flatMap((chat, index) =>
    refused.has(chat) ? [{ pointer: `#/audience/${index}`, code: 'recipient_opted_out', message }] : [],
  );
  return new CodedError('recipient_opted_out', { errors });
}
