import type { Bus } from '@multiwa/bus';
import { CodedError, type pairingCodeRequestSchema, type qrSchema } from '@multiwa/contracts';
import type { ProfilesRepository } from '@multiwa/db';
import { parseRecipient, userOfChat } from '@multiwa/domain';
import { toBuffer, toString as toText } from 'qrcode';
import type { z } from 'zod';
import type { Caller } from '../auth/authenticate.js';
import { validationFailed } from '../validation-failed.js';

export interface LinkingDeps {
  profiles: Pick<ProfilesRepository, 'find'>;
  bus: Pick<Bus, 'ask'>;
  now(): Date;
}

/** Linking a number to a profile: by QR code, or by a code to type on the phone. */
export function makeLinking({ profiles, bus, now }: LinkingDeps) {
  async function currentQr({ workspaceId }: Caller, id: string): Promise<{ text: string; expiresAt: Date }> {
    const profile = await profiles.find(workspaceId, id);
    if (!profile) throw new CodedError('profile_not_found');
    const { qr, qrExpiresAt } = profile;
    if (!qr || !qrExpiresAt || qrExpiresAt <= now()) throw new CodedError('qr_not_available');
    return { text: qr, expiresAt: qrExpiresAt };
  }

  return {
    async qr(caller: Caller, id: string): Promise<z.input<typeof qrSchema>> {
      const { text, expiresAt } = await currentQr(caller, id);
      const [svg, png] = await Promise.all([drawSvg(text), drawPng(text)]);
      return { text, expiresAt: expiresAt.toISOString(), svg, pngBase64: png.toString('base64') };
    },

    async qrImage(caller: Caller, id: string, format: 'svg' | 'png'): Promise<string | Buffer> {
      const { text } = await currentQr(caller, id);
      return format === 'svg' ? drawSvg(text) : drawPng(text);
    },

    async pairingCode({ workspaceId }: Caller, id: string, { phone }: z.output<typeof pairingCodeRequestSchema>) {
      const number = parseRecipient(phone);
      if (!number.ok || number.kind !== 'phone') {
        const message = number.ok ? 'must be a phone number' : number.message;
        throw validationFailed([{ pointer: '#/phone', code: 'invalid_phone', message }]);
      }
      if (!(await profiles.find(workspaceId, id))) throw new CodedError('profile_not_found');
      return bus.ask('pairing-code', id, { phone: userOfChat(number.chat) });
    },
  };
}
export type Linking = ReturnType<typeof makeLinking>;

function drawSvg(text: string): Promise<string> {
  return toText(text, { type: 'svg' });
}

function drawPng(text: string): Promise<Buffer> {
  return toBuffer(text, { type: 'png', scale: 8 });
}
