import type { FastifyInstance } from 'fastify';
import type { SandboxCore } from '../core.js';
import { SandboxError } from '../errors.js';
import type { VirtualPhone } from '../phone/virtual-phone.js';
import { faceSchema, hiddenSchema, pictureParamSchema, privacySchema } from './people-schemas.js';
import { parse } from './problem.js';
import { phoneParamSchema } from './schemas.js';
import { faceView, phoneView } from './views.js';

/** What others see of a person, and how much of it. */
export function registerPeopleRoutes(app: FastifyInstance, core: SandboxCore): void {
  const { network } = core;
  const phoneOf = (params: unknown) => core.phone(parse(phoneParamSchema, params).phone);
  const keep = ({ account }: VirtualPhone) => network.store.put([account.recordEntry()]);

  app.get('/phones/:phone/face', async (request) => faceView(network, phoneOf(request.params)));

  app.patch('/phones/:phone/face', async (request) => {
    const phone = phoneOf(request.params);
    const { about, pictureBase64, business } = parse(faceSchema, request.body);
    const { record } = phone.account;
    const face = { ...record.face };
    if (about !== undefined) face.about = { text: about, setAtMs: Date.now() };
    if (pictureBase64 === null) face.picture = undefined;
    else if (pictureBase64 !== undefined) {
      face.picture = { id: `${Date.now()}${record.nextDevice}`, jpeg: Buffer.from(pictureBase64, 'base64') };
    }
    if (business !== undefined) face.business = business ?? undefined;
    record.face = face;
    keep(phone);
    return faceView(network, phone);
  });

  app.put('/phones/:phone/privacy', async (request) => {
    const phone = phoneOf(request.params);
    const settings = { ...network.privacy.get(phone.account.phone), ...parse(privacySchema, request.body) };
    network.privacy.set(phone.account.phone, settings);
    network.store.put([[`privacy/${phone.account.phone}`, settings]]);
    return faceView(network, phone);
  });

  app.put('/phones/:phone/phone-hidden', async (request) => {
    const phone = phoneOf(request.params);
    phone.account.record.phoneHidden = parse(hiddenSchema, request.body).hidden;
    keep(phone);
    return phoneView(phone);
  });

  app.get('/pictures/:id', async (request, reply) => {
    const { id } = parse(pictureParamSchema, request.params);
    const owner = core.listPhones().find(({ account }) => account.record.face?.picture?.id === id);
    const ofGroup = core.network.groups.all().find(({ record }) => record.picture?.id === id)?.record.picture;
    const jpeg = owner?.account.record.face?.picture?.jpeg ?? ofGroup?.jpeg;
    if (!jpeg) throw new SandboxError('picture_not_found', `There is no picture ${id}.`);
    return reply.type('image/jpeg').send(jpeg);
  });
}
