import {
  type ActionType,
  capabilityTable,
  isActionType,
  type MessageType,
  type OutboundContent,
  type ParsedSend,
  refusedTypes,
} from '@multiwa/contracts';
import type { ProfileScope } from '@multiwa/db';
import type { ResolveChat } from '../use-cases/addressing.js';
import type { KnownProfile } from '../use-cases/known-profile.js';
import { capabilityError, unsupported } from './capability-error.js';
import { type ActionDeps, makeComposeAction } from './compose-action.js';
import { composeCards } from './compose-cards.js';
import { type FileDeps, isFile, makeComposeFile } from './compose-file.js';
import { makeComposeParts, type PartsDeps } from './compose-parts.js';
import { composePoll } from './compose-poll.js';
import type { PreviewLink } from './link-preview.js';

export interface ComposeDeps extends ActionDeps, PartsDeps, FileDeps {
  resolveChat: ResolveChat;
  previewLink: PreviewLink;
}

/** A send in the words of an engine: where it goes, and what it says without anything left to look up. */
export interface Composed {
  chat: string;
  content: OutboundContent;
}

/** The part of a send that says what to send. */
type Input = ParsedSend;
type Refused = Extract<Input, { type: (typeof refusedTypes)[number] }>;

/**
 * Turns what a caller wrote into what is stored and sent. @throws CodedError for what cannot be sent, with a pointer to the
 * field
 */
export function makeComposeContent(deps: ComposeDeps) {
  const composeAction = makeComposeAction(deps);
  const composeParts = makeComposeParts(deps);
  const composeFile = makeComposeFile(deps);

  return async function composeContent(
    scope: ProfileScope,
    { engine }: Pick<KnownProfile, 'engine'>,
    input: Input,
  ): Promise<Composed> {
    const { hint } = capabilityTable[`send.${input.type}`];
    const refused = isRefused(input) ? unsupported(hint) : capabilityError(engine, `send.${input.type}`);
    if (refused || isRefused(input)) throw refused;
    if (isAction(input)) return composeAction(scope, input);
    const chat = await deps.resolveChat(scope, input.to, '#/to');
    const parts = await composeParts(scope, chat, input);
    if (isFile(input)) return { chat, content: { ...(await composeFile(scope, input)), ...parts } };
    switch (input.type) {
      case 'TEXT': {
        const { type, text, linkPreview: asked } = input;
        const linkPreview = asked === 'auto' ? await deps.previewLink(text) : asked === 'none' ? undefined : asked;
        return { chat, content: { type, text, ...(linkPreview && { linkPreview }), ...parts } };
      }
      case 'LOCATION': {
        const { type, latitude, longitude, name, address, url } = input;
        return { chat, content: { type, latitude, longitude, name, address, url, ...parts } };
      }
      case 'CONTACT':
        return { chat, content: { ...composeCards(input), ...parts } };
      case 'POLL':
        return { chat, content: { ...composePoll(input), ...parts } };
    }
  };
}
export type ComposeContent = ReturnType<typeof makeComposeContent>;

function isAction(input: Input): input is Extract<Input, { type: ActionType }> {
  return isActionType(input.type as MessageType);
}

function isRefused(input: Input): input is Refused {
  return (refusedTypes as readonly string[]).includes(input.type);
}
