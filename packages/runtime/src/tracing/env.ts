import { z } from 'zod';

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const address = z
  .string()
  .refine((value) => value === '' || /^https?:\/\//.test(value), 'must be an http:// or https:// address');

/**
 * OpenTelemetry's own names, of which OpenTelemetry's packages read these and more by themselves. Without an endpoint nothing is
 * traced. Empty counts as unset, as their specification says.
 */
export const tracingEnv = {
  /** Of an OTLP/HTTP collector, such as http://collector:4318. */
  OTEL_EXPORTER_OTLP_ENDPOINT: address.optional(),
  /** The same for traces alone, with its path. */
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: address.optional(),
  /** Sent with every export: name=value,name=value. */
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional(),
  /** Instead of multiwa-<service>. */
  OTEL_SERVICE_NAME: z.string().optional(),
  /** More that every span is to say about where it was made: name=value,name=value. */
  OTEL_RESOURCE_ATTRIBUTES: z.string().optional(),
  OTEL_TRACES_SAMPLER: z.enum(['', ...samplers]).optional(),
  /** The share that the ratio samplers keep, from 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .refine((value) => Number(value) >= 0 && Number(value) <= 1, 'must be a number from 0 to 1')
    .optional(),
  /** true switches off whatever else is set. */
  OTEL_SDK_DISABLED: z.enum(['', 'true', 'false']).optional(),
} as const;
