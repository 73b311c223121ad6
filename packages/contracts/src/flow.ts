import { z } from 'zod';

const nodeId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const text = z
  .string()
  .min(1)
  .max(65_536)
  .describe('May use {{name}}, {{phone}}, {{metadata.key|fallback}} and {{vars.key|fallback}}; blank where unknown.');
const ignoreOptOut = z
  .boolean()
  .optional()
  .describe(
    'Send it although the contact has opted out: for what they asked for themselves, as the confirmation of that.',
  );
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/);
const durationSeconds = z
  .number()
  .int()
  .min(1)
  .max(30 * 24 * 3600);

/** The variable that always holds the text which the contact wrote last. */
export const lastMessageVariable = 'last_message';

/** What bounds the work of one flow. */
export const flowLimits = {
  /** Only so much of the beginning of a text is matched, in UTF-16 code units. */
  matchedLength: 2_048,
  /** Instructions of a compiled regular expression: time goes with the text's length times this. */
  patternSize: 500,
  /** A variable's value is cut off here, in UTF-16 code units. */
  variableLength: 8_192,
  /** What is read of the answer to an http_request. */
  responseBytes: 32_768,
  /** A run that takes more steps ends FAILED. */
  stepsPerRun: 1_000,
} as const;

/** Why a run ended FAILED. */
export const runFailures = {
  profile_deleted: 'The profile was deleted while the run was under way.',
  contact_gone: 'The contact no longer exists.',
  opted_out: 'The contact does not want messages.',
  text_empty: 'The text to send was blank once its variables were filled in.',
  text_too_long: 'The text to send was too long once its variables were filled in.',
  bot_loop: 'Too many automatic answers to this contact in a short time: the other side is probably a robot too.',
  too_many_steps: 'The run took more steps than one run may.',
  internal_error: 'A step could not be carried out for a long time because of an error on our side.',
} as const;
export type RunFailure = keyof typeof runFailures;
export const runFailureSchema = z.enum(Object.keys(runFailures) as [RunFailure, ...RunFailure[]]);

/** How a text is matched, without regard to spaces around it; `regex` runs in an engine whose time is linear in the text. */
export const matchSchema = z.discriminatedUnion('how', [
  z.strictObject({ how: z.literal('any') }),
  z.strictObject({
    how: z.enum(['exact', 'contains']),
    value: z.string().min(1).max(1000),
    caseSensitive: z.boolean().default(false),
  }),
  z.strictObject({
    how: z.literal('regex'),
    value: z
      .string()
      .min(1)
      .max(1000)
      .describe('RE2 syntax, found anywhere; (?i) for either case, ^ and $ for the whole.'),
  }),
]);
export type Match = z.infer<typeof matchSchema>;

/** What starts a run. */
export const triggerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('message_matches'), match: matchSchema }),
  z.strictObject({
    kind: z.literal('first_message').describe('The first that this contact ever wrote to the profile.'),
  }),
]);
export type Trigger = z.infer<typeof triggerSchema>;

/** One step. Edges name which of a step's ways out they follow. */
export const flowNodeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ id: nodeId, kind: z.literal('send_text'), text, ignoreOptOut }),
  z.strictObject({
    id: nodeId,
    kind: z.literal('condition'),
    subject: z.enum(['last_message', 'variable', 'tag']),
    name: z.string().max(64).optional().describe('The variable or tag that is looked at.'),
    match: matchSchema.optional(),
  }),
  z.strictObject({ id: nodeId, kind: z.literal('delay'), seconds: durationSeconds }),
  z.strictObject({
    id: nodeId,
    kind: z.literal('ask'),
    text,
    ignoreOptOut,
    saveAs: variable,
    timeoutSeconds: durationSeconds,
  }),
  z.strictObject({
    id: nodeId,
    kind: z.literal('tag'),
    add: z.array(z.string().min(1).max(64)).default([]),
    remove: z.array(z.string().min(1).max(64)).default([]),
  }),
  z.strictObject({
    id: nodeId,
    kind: z.literal('http_request'),
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    url: z.string().min(1).max(2000).describe('Variables may stand behind the host; their values are percent-encoded.'),
    headers: z.record(z.string().max(100), z.string().max(1000)).default({}),
    body: z
      .string()
      .max(65_536)
      .optional()
      .describe('application/json unless headers say otherwise; values are escaped for JSON and for forms.'),
    saveAs: variable.optional().describe('Gets the text of the answer.'),
    timeoutSeconds: z.number().int().min(1).max(30).default(10),
  }),
  z.strictObject({ id: nodeId, kind: z.literal('end') }),
]);
export type FlowNode = z.infer<typeof flowNodeSchema>;

/** The ways out of each kind of step. */
export const waysOut = {
  send_text: ['next'],
  condition: ['yes', 'no'],
  delay: ['next'],
  ask: ['answered', 'timeout'],
  tag: ['next'],
  http_request: ['ok', 'failed'],
  end: [],
} as const satisfies Record<FlowNode['kind'], readonly string[]>;

export const flowEdgeSchema = z.strictObject({
  from: nodeId,
  way: z.enum(['next', 'yes', 'no', 'answered', 'timeout', 'ok', 'failed']),
  to: nodeId,
});

/** A small flow, for the documentation. */
export const exampleFlow = {
  trigger: { kind: 'message_matches', match: { how: 'contains', value: 'hours' } },
  start: 'ask',
  nodes: [
    { id: 'ask', kind: 'ask', text: 'Weekdays or Sunday?', saveAs: 'day', timeoutSeconds: 3600 },
    { id: 'tag', kind: 'tag', add: ['asked-hours'] },
    { id: 'end', kind: 'end' },
  ],
  edges: [
    { from: 'ask', way: 'answered', to: 'tag' },
    { from: 'ask', way: 'timeout', to: 'end' },
    { from: 'tag', way: 'next', to: 'end' },
  ],
};

/** A flow: a graph whose soundness (`flow_invalid`) is checked beyond its shape before it may be published. */
export const flowSchema = z
  .strictObject({
    trigger: triggerSchema,
    start: nodeId,
    nodes: z.array(flowNodeSchema).min(1).max(200),
    edges: z.array(flowEdgeSchema).max(600),
  })
  .meta({
    id: 'Flow',
    example: exampleFlow,
  });
export type Flow = z.infer<typeof flowSchema>;
