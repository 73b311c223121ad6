import { z } from 'zod';

interface ErrorEntry {
  /** HTTP status the gateway answers with. */
  status: number;
  /** What happened, for the customer. */
  sentence: string;
  /** What to do about it. */
  fix: string;
}

const table = {
  malformed_json: { status: 400, sentence: 'The body is not valid JSON.', fix: 'Send a JSON document in UTF-8.' },
  cursor_invalid: {
    status: 400,
    sentence: 'The cursor is not one of ours.',
    fix: 'Pass back the cursor of the previous page unchanged, or none.',
  },
  api_key_missing: {
    status: 401,
    sentence: 'No API key was given.',
    fix: 'Send it as x-api-key or as Authorization: Bearer.',
  },
  api_key_invalid: {
    status: 401,
    sentence: 'The API key is unknown.',
    fix: 'Check for a truncated or mistyped key; create a new one if it is lost.',
  },
  api_key_expired: { status: 401, sentence: 'The API key has expired.', fix: 'Create a new key.' },
  api_key_revoked: { status: 401, sentence: 'The API key was revoked.', fix: 'Create a new key.' },
  media_link_invalid: {
    status: 403,
    sentence: 'The link is not one of ours, or has expired.',
    fix: 'Read the media again for a new link, or open it with an API key of its workspace.',
  },
  scope_missing: {
    status: 403,
    sentence: 'The API key lacks the scope that this call needs.',
    fix: 'Use a key with the scope named in detail.',
  },
  route_not_found: { status: 404, sentence: 'There is no such address.', fix: 'See /docs for the list of calls.' },
  account_not_found: {
    status: 404,
    sentence: 'There is no such account.',
    fix: 'List the accounts of this workspace.',
  },
  api_key_not_found: {
    status: 404,
    sentence: 'There is no such API key.',
    fix: 'List the API keys of this workspace.',
  },
  profile_not_found: {
    status: 404,
    sentence: 'There is no such profile.',
    fix: 'List the profiles of this workspace.',
  },
  message_not_found: { status: 404, sentence: 'There is no such message.', fix: 'Check the id and the profile.' },
  media_not_found: {
    status: 404,
    sentence: 'There is no such media.',
    fix: 'Check the id; each workspace has its own.',
  },
  conversation_not_found: {
    status: 404,
    sentence: 'There is no such conversation.',
    fix: 'List the conversations of this profile.',
  },
  call_not_found: { status: 404, sentence: 'There is no such call.', fix: 'List the calls of this profile.' },
  subscription_not_found: {
    status: 404,
    sentence: 'There is no such subscription.',
    fix: 'List the chats whose presence this profile follows.',
  },
  contact_not_found: { status: 404, sentence: 'There is no such contact.', fix: 'List the contacts of this profile.' },
  opt_out_not_found: {
    status: 404,
    sentence: 'There is no such opt-out.',
    fix: 'List the opt-outs of this workspace.',
  },
  status_not_found: {
    status: 404,
    sentence: 'There is no such status, or its day is over.',
    fix: 'List the statuses of this profile.',
  },
  channel_not_found: {
    status: 404,
    sentence: 'There is no such channel.',
    fix: 'Check the id, or find the channel by its invite link.',
  },
  group_not_found: {
    status: 404,
    sentence: 'The number is in no such group.',
    fix: 'List the groups of this profile; a group that was joined elsewhere appears after a refresh.',
  },
  webhook_not_found: {
    status: 404,
    sentence: 'There is no such webhook endpoint.',
    fix: 'List the webhook endpoints of this workspace.',
  },
  subscriber_not_found: {
    status: 404,
    sentence: 'There is no such subscriber.',
    fix: 'List the subscribers of this workspace.',
  },
  delivery_not_found: {
    status: 404,
    sentence: 'There is no such webhook delivery.',
    fix: 'List the deliveries of the endpoint.',
  },
  broadcast_not_found: {
    status: 404,
    sentence: 'There is no such broadcast.',
    fix: 'List the broadcasts of this workspace.',
  },
  automation_not_found: {
    status: 404,
    sentence: 'There is no such automation.',
    fix: 'List the automations of this workspace.',
  },
  run_not_found: { status: 404, sentence: 'There is no such automation run.', fix: 'List the runs of the automation.' },
  worker_not_found: {
    status: 404,
    sentence: 'There is no such engine worker.',
    fix: 'List the workers; one that ended in order is forgotten.',
  },
  session_not_found: {
    status: 404,
    sentence: 'The profile has no linked session.',
    fix: 'Link it by QR or pairing code, or import a session.',
  },
  proxy_not_set: { status: 404, sentence: 'The profile has no proxy.', fix: 'Set one, or give a url to test.' },
  qr_not_available: {
    status: 404,
    sentence: 'There is no QR code at the moment.',
    fix: 'Call connect first; a QR code appears within seconds while the profile is not linked.',
  },
  idempotency_key_reused: {
    status: 409,
    sentence: 'The Idempotency-Key was used before with another request.',
    fix: 'Use a new key for a new request.',
  },
  idempotency_in_progress: {
    status: 409,
    sentence: 'A request with this Idempotency-Key is still being worked on.',
    fix: 'Repeat it in a second.',
  },
  profile_not_connected: {
    status: 409,
    sentence: 'The profile has no open session that could answer.',
    fix: 'Connect the profile and wait for status CONNECTED or QR_READY.',
  },
  profile_already_linked: {
    status: 409,
    sentence: 'The profile is already linked to a number.',
    fix: 'Log it out first to link another number.',
  },
  message_not_cancellable: {
    status: 409,
    sentence: 'The message is no longer waiting and cannot be cancelled.',
    fix: 'Only messages that are SCHEDULED, or QUEUED and not being sent yet, can be cancelled.',
  },
  message_not_editable: {
    status: 409,
    sentence: 'The message cannot be edited.',
    fix: 'Edit texts and captions that this profile sent within the last 15 minutes.',
  },
  message_not_deletable: {
    status: 409,
    sentence: 'The message cannot be deleted for everyone.',
    fix: 'Delete messages that this profile sent within the last two days; cancel one that still waits.',
  },
  message_not_forwardable: {
    status: 409,
    sentence: 'A message of this kind cannot be forwarded.',
    fix: 'Forward texts, locations, contacts and media.',
  },
  poll_not_votable: {
    status: 409,
    sentence: 'The number cannot vote in this poll.',
    fix: 'Vote in polls that were sent or received here and are not deleted.',
  },
  group_admin_required: {
    status: 409,
    sentence: 'Only admins of the group may do this, and the number is none.',
    fix: 'Let an admin make the number one, or do it from another number.',
  },
  channel_admin_required: {
    status: 409,
    sentence: 'Only admins of the channel may do this, and the number is none.',
    fix: 'Post from a number that owns the channel or is an admin of it.',
  },
  not_group_member: {
    status: 409,
    sentence: 'The number is not a member of the group.',
    fix: 'Join by an invite link, or let an admin add the number.',
  },
  already_group_member: {
    status: 409,
    sentence: 'The number is a member of the group already.',
    fix: 'List the groups of this profile.',
  },
  group_invite_invalid: {
    status: 422,
    sentence: 'The invite link leads nowhere.',
    fix: 'Ask for the present link: an admin may have replaced it.',
  },
  group_change_refused: {
    status: 422,
    sentence: 'WhatsApp does not accept this for the group.',
    fix: 'See detail for what WhatsApp said.',
  },
  session_in_use: {
    status: 409,
    sentence: 'The session is open, or still being closed.',
    fix: 'Disconnect the profile first and wait for status DISCONNECTED: two holders of one session would corrupt it.',
  },
  profile_restricted: {
    status: 409,
    sentence: 'WhatsApp does not let this number write to people who have not written to it.',
    fix: 'Wait until the restriction of the profile lifts (see restriction.until), or let the recipient write first.',
  },
  recipient_opted_out: {
    status: 409,
    sentence: 'The recipient does not want messages.',
    fix: 'Remove their opt-out when they want them again. For what they asked for themselves, send with ignoreOptOut: true.',
  },
  state_conflict: {
    status: 409,
    sentence: 'The call does not fit the present state.',
    fix: 'See detail for the state and for what it allows.',
  },
  media_not_ready: {
    status: 409,
    sentence: 'The file cannot be opened now.',
    fix: 'See its state: wait while it is PENDING, ask for it again when it is EXPIRED or FAILED.',
  },
  subscribers_unavailable: {
    status: 409,
    sentence: 'The users of this installation’s NATS are not kept by the gateway.',
    fix: 'Ask the operator to set MULTIWA_NATS_USERS_FILE (docs/events.md), or read events by GET /events.',
  },
  cursor_expired: {
    status: 409,
    sentence: 'The events after this cursor are no longer kept.',
    fix: 'Start again from the oldest kept event, which is named in detail, and reconcile through the API.',
  },
  media_gone: {
    status: 410,
    sentence: 'The file is kept no longer.',
    fix: 'Upload it again, or ask for a received one again.',
  },
  payload_too_large: {
    status: 413,
    sentence: 'The body is larger than this call accepts.',
    fix: 'See detail for the limit.',
  },
  unsupported_media_type: {
    status: 415,
    sentence: 'The content type is not accepted here.',
    fix: 'Send application/json.',
  },
  range_not_satisfiable: {
    status: 416,
    sentence: 'The range lies outside of the file.',
    fix: 'Ask for a range within the length that Content-Range names.',
  },
  validation_failed: {
    status: 422,
    sentence: 'The request has fields that cannot be accepted.',
    fix: 'See errors: each names the field by JSON pointer.',
  },
  recipient_invalid: {
    status: 422,
    sentence: 'The recipient cannot be a WhatsApp address.',
    fix: 'Use an international number such as +62 812-3456-7890, a JID or a LID.',
  },
  referred_message_unknown: {
    status: 422,
    sentence: 'The message that the request refers to is not in this chat.',
    fix: 'Use the id of a message of the same profile and chat.',
  },
  contact_phone_invalid: {
    status: 422,
    sentence: 'The phone number of a contact card cannot be one.',
    fix: 'Write it in international form, such as +62 812-3456-7890, or give a vCard.',
  },
  status_audience_empty: {
    status: 422,
    sentence: 'Nobody is left whom the status could go to.',
    fix: 'Name an audience: the profile knows of no contact on WhatsApp, or those named want no messages.',
  },
  send_at_past: {
    status: 422,
    sentence: 'sendAt lies in the past.',
    fix: 'Use a future time, or leave it out to send now.',
  },
  send_at_too_far: {
    status: 422,
    sentence: 'sendAt lies too far in the future.',
    fix: 'Use a time within the next 366 days.',
  },
  expires_at_past: {
    status: 422,
    sentence: 'expiresAt does not lie in the future, or not after sendAt.',
    fix: 'Use a time after now and after sendAt, or leave it out.',
  },
  session_file_invalid: {
    status: 422,
    sentence: 'The session file cannot be read.',
    fix: 'Use an unchanged export of ours with its passphrase, or all files of a Baileys multi-file folder.',
  },
  not_supported_by_engine: {
    status: 422,
    sentence: 'The engine of this profile cannot do this.',
    fix: 'See the capabilities of the profile.',
  },
  network_unavailable: {
    status: 422,
    sentence: 'This gateway does not serve that network.',
    fix: 'Start it with the network enabled, or choose another one.',
  },
  audience_empty: {
    status: 422,
    sentence: 'The broadcast has no recipient that could be sent to.',
    fix: 'Add recipients; see their reasons if all were refused.',
  },
  variable_unknown: {
    status: 422,
    sentence: 'The text uses a variable that a recipient does not have.',
    fix: 'Give the variable to every recipient, or a fallback: {{city|your city}}.',
  },
  template_invalid: {
    status: 422,
    sentence: 'The text has a malformed variable.',
    fix: 'Write {{name}} or {{metadata.city|your city}}.',
  },
  schedule_past: { status: 422, sentence: 'The schedule lies in the past.', fix: 'Use a future time, or start now.' },
  csv_invalid: {
    status: 422,
    sentence: 'The CSV has lines that cannot be read.',
    fix: 'See errors: each names its line.',
  },
  flow_invalid: { status: 422, sentence: 'The flow is not sound.', fix: 'See errors: each names the node or edge.' },
  pattern_invalid: {
    status: 422,
    sentence: 'The regular expression cannot be run in linear time.',
    fix: 'Leave out back-references and look-around.',
  },
  url_not_allowed: {
    status: 422,
    sentence: 'The URL leads to an address that may not be called.',
    fix: 'Use a public http(s) address, or let the operator allow private ones.',
  },
  picture_invalid: {
    status: 422,
    sentence: 'The picture is not one that WhatsApp takes.',
    fix: 'Use a JPEG of at most 640 × 640 pixels.',
  },
  media_type_mismatch: {
    status: 422,
    sentence: 'The file is not of a type that can be sent as this kind of message.',
    fix: 'See detail for what its bytes are; send it as DOCUMENT, or convert it.',
  },
  media_too_large: {
    status: 422,
    sentence: 'The file is larger than this kind of message takes.',
    fix: 'See detail for the limit; make it smaller, or send it as DOCUMENT.',
  },
  media_fetch_failed: {
    status: 422,
    sentence: 'The file could not be fetched from its URL.',
    fix: 'See detail; the address must answer 200 with the file, without a redirection.',
  },
  media_not_convertible: {
    status: 422,
    sentence: 'The file cannot be turned into a voice note.',
    fix: 'Send Ogg with Opus, or let the operator install ffmpeg, or send it as an ordinary audio file.',
  },
  secret_invalid: {
    status: 422,
    sentence: 'The secret is not of the Standard Webhooks form.',
    fix: 'Use whsec_ followed by 24 to 64 bytes in base64, or leave it out to get one.',
  },
  queue_full: {
    status: 429,
    sentence: 'Too many messages of this profile are waiting to be sent.',
    fix: 'Wait until some were sent (see Retry-After); is the profile connected?',
  },
  lookup_budget_used: {
    status: 429,
    sentence: 'This profile has asked about as many people today as it may.',
    fix: 'Wait for the next day (see Retry-After): asking WhatsApp about many people gets numbers banned. What was asked lately is answered from memory.',
  },
  whatsapp_rate_limited: {
    status: 429,
    sentence: 'WhatsApp refuses to answer this number for now.',
    fix: 'Wait for some minutes, and ask less often.',
  },
  rate_limited: { status: 429, sentence: 'Too many requests.', fix: 'Repeat after the time in Retry-After.' },
  refused_by_whatsapp: {
    status: 502,
    sentence: 'WhatsApp refused what was asked.',
    fix: 'See detail for its words.',
  },
  internal_error: {
    status: 500,
    sentence: 'Something went wrong on our side.',
    fix: 'Repeat later; quote the request id when asking for help.',
  },
  service_unavailable: {
    status: 503,
    sentence: 'A part of the gateway does not answer.',
    fix: 'Repeat in a few seconds.',
  },
  ask_timeout: {
    status: 504,
    sentence: 'The session did not answer in time.',
    fix: 'Repeat; if it persists, see the profile’s status.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof table;
export const errorTable: Record<ErrorCode, ErrorEntry> = table;
export const errorCodes = Object.keys(table) as [ErrorCode, ...ErrorCode[]];

/** One field that cannot be accepted. */
export const fieldErrorSchema = z.object({
  pointer: z
    .string()
    .describe('JSON pointer into the request body, or "#/query/name", "#/path/name", "#/headers/name".'),
  code: z.string(),
  message: z.string(),
});
export type FieldError = z.infer<typeof fieldErrorSchema>;

/** RFC 9457 problem details, as every error answer carries them (application/problem+json). */
export const problemSchema = z
  .object({
    type: z.string().describe('Address of the page that explains the code.'),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(errorCodes),
    detail: z.string(),
    requestId: z.string(),
    errors: z.array(fieldErrorSchema).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;

/**
 * The one error that crosses layers. `detail` and `errors` are public; `cause` is for the operator's log only.
 */
export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly errors: FieldError[] | undefined;

  constructor(code: ErrorCode, options: { detail?: string; errors?: FieldError[]; cause?: unknown } = {}) {
    super(options.detail ?? `${table[code].sentence} ${table[code].fix}`, { cause: options.cause });
    this.name = 'CodedError';
    this.code = code;
    this.errors = options.errors;
  }
}
