import { type MsgHdrs, headers as makeHeaders } from 'nats';
import type { BusHeaders } from './types.js';

export function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** @throws SyntaxError when it is no JSON. An empty message is undefined. */
export function decode(data: Uint8Array): unknown {
  if (data.length === 0) return undefined;
  return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
}

export function encodeHeaders(values: BusHeaders | undefined): MsgHdrs {
  const headers = makeHeaders();
  if (values) for (const [name, value] of Object.entries(values)) headers.set(name, value);
  return headers;
}

const none: BusHeaders = {};

export function decodeHeaders(headers: MsgHdrs | undefined): BusHeaders {
  if (!headers) return none;
  return Object.fromEntries(headers.keys().map((name) => [name, headers.get(name)]));
}
