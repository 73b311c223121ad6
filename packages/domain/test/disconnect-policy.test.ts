import { expect, test } from 'vitest';
import { type Disconnect, type DisconnectSign, type Reaction, reactToDisconnect } from '../src/disconnect-policy.js';

const linked = (code: number | null, sign: DisconnectSign | null = null): Disconnect => ({ code, linked: true, sign });
const linking = (code: number | null, sign: DisconnectSign | null = null): Disconnect => ({
  code,
  linked: false,
  sign,
});
const again = (when: 'now' | 'backoff' | 'slow', reason: string, confirmOwner = false) => ({
  action: 'reconnect',
  when,
  reason,
  confirmOwner,
});
const end = (reason: string, forget = false) => ({ action: 'stop', reason, forget });

const rows: [why: string, disconnect: Disconnect, reaction: unknown][] = [
  ['a restart that WhatsApp asks for is made at once', linked(515), again('now', 'restart_required')],
  ['the restart after linking as well', linking(515), again('now', 'restart_required')],
  ['a logout forgets the credentials', linked(401), end('logged_out', true)],
  ['a refusal while linking begins anew', linking(401), again('backoff', 'connection_lost')],
  ['a replaced connection returns only to its owner', linked(440), again('backoff', 'replaced', true)],
  ['a ban keeps the credentials', linked(403), end('banned')],
  ['so does a temporary ban', linked(402), end('banned')],
  ['an unexplained logout keeps them too', linked(406), end('logged_out')],
  ['an outdated client waits for a newer version', linked(405), again('slow', 'client_outdated')],
  ['so does a refused user agent', linked(409), again('slow', 'client_outdated')],
  ['QR codes that nobody scanned settle', linking(408, 'qr_exhausted'), end('qr_expired')],
  [
    'a passkey that is asked for settles: nobody can answer it here',
    linking(null, 'passkey_required'),
    end('passkey_required'),
  ],
  ['a linked number needs no passkey', linked(428, 'passkey_required'), again('backoff', 'connection_lost')],
  [
    'a proxy that does not work is tried again',
    linked(500, 'proxy_unreachable'),
    again('backoff', 'proxy_unreachable'),
  ],
  [
    'also while linking, and whatever code the proxy answered',
    linking(401, 'proxy_unreachable'),
    again('backoff', 'proxy_unreachable'),
  ],
  ['a code 401 of a proxy is no logout', linked(401, 'proxy_unreachable'), again('backoff', 'proxy_unreachable')],
  ['a timeout while linking tries again', linking(408), again('backoff', 'timed_out')],
  ['a timeout of a linked number tries again', linked(408), again('backoff', 'timed_out')],
  ['a phone without multi-device is left alone', linked(411), end('multidevice_mismatch')],
  ['a lost connection is opened again', linked(428), again('backoff', 'connection_lost')],
  ['a bad session is tried again', linked(500), again('backoff', 'bad_session')],
  ['an unavailable service is tried again', linked(503), again('backoff', 'unavailable')],
  ['an unknown code is a lost connection', linked(599), again('backoff', 'connection_lost')],
  ['no code is a lost connection', linked(null), again('backoff', 'connection_lost')],
];

test.each(rows)('%s', (_why, disconnect, reaction) => {
  expect(reactToDisconnect(disconnect)).toEqual(reaction);
});

test('nothing but code 401 of a linked number forgets credentials', () => {
  const forgets = (disconnect: Disconnect) => {
    const reaction: Reaction = reactToDisconnect(disconnect);
    return reaction.action === 'stop' && reaction.forget;
  };
  for (let code = 0; code < 1_000; code++) {
    expect(forgets(linked(code))).toBe(code === 401);
    expect(forgets(linking(code)) || forgets(linking(code, 'qr_exhausted'))).toBe(false);
  }
});
