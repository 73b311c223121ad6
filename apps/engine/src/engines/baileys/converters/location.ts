import type { OutboundOf, ReceivedContent } from '@multiwa/contracts';
import type { proto } from '@whiskeysockets/baileys';
import type { ContextInfo } from './context.js';

export function locationToProto(content: OutboundOf<'LOCATION'>, contextInfo: ContextInfo): proto.IMessage {
  const { latitude, longitude, name, address, url } = content;
  return {
    locationMessage: { degreesLatitude: latitude, degreesLongitude: longitude, name, address, url, contextInfo },
  };
}

export function locationFromProto({
  locationMessage,
  liveLocationMessage,
}: proto.IMessage): ReceivedContent | undefined {
  if (liveLocationMessage) return liveFromProto(liveLocationMessage);
  if (!locationMessage) return undefined;
  const { name, address, url, comment, isLive } = locationMessage;
  const place = placeFromProto(locationMessage);
  return place && { ...place, ...given({ name, address, url, caption: comment }), ...(isLive && { live: true }) };
}

function liveFromProto(message: proto.Message.ILiveLocationMessage): ReceivedContent | undefined {
  const place = placeFromProto(message);
  const sequence = Number(message.sequenceNumber ?? Number.NaN);
  return (
    place && {
      ...place,
      live: true,
      ...given({ caption: message.caption }),
      ...(Number.isFinite(sequence) && { sequence }),
    }
  );
}

type Place = proto.Message.ILocationMessage & proto.Message.ILiveLocationMessage;

/** Undefined when there is no place in it: what a phone sends may be any number. */
function placeFromProto(message: Place) {
  const { degreesLatitude: latitude, degreesLongitude: longitude } = message;
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return undefined;
  return {
    type: 'LOCATION' as const,
    latitude: Number(latitude),
    longitude: Number(longitude),
    ...measured('accuracyMeters', message.accuracyInMeters),
    ...measured('speedMetersPerSecond', message.speedInMps),
    ...measured('heading', message.degreesClockwiseFromMagneticNorth),
  };
}

function measured(name: 'accuracyMeters' | 'speedMetersPerSecond' | 'heading', value: number | null | undefined) {
  return typeof value === 'number' && Number.isFinite(value) ? { [name]: value } : {};
}

function given<K extends string>(texts: Record<K, string | null | undefined>): Partial<Record<K, string>> {
  const found = Object.entries<string | null | undefined>(texts).filter(([, text]) => Boolean(text));
  return Object.fromEntries(found) as Partial<Record<K, string>>;
}
