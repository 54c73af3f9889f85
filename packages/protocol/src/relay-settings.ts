import { Type, type Static } from 'typebox'
import { contract } from './contract.ts'
import {
  answer,
  count,
  Done,
  epochMs,
  GroupId,
  namePart,
  paging,
  Quota,
  QuotaWanted,
  Switch,
  total,
  Used,
} from './relay-fields.ts'
import { closed, email, id, nullable } from './scalars.ts'

const outputTokensDefault = Type.Integer({
  minimum: 1,
  maximum: 10_000_000,
  description: 'Output tokens set aside for a call that names no limit, of a model without a cap.',
})
const promptLogDays = Type.Integer({
  minimum: 0,
  maximum: 365,
  description: 'Days for which prompts and answers are kept, redacted; 0 for not at all.',
})
const webhookUrl = nullable(
  Type.String({ maxLength: 500, pattern: '^https?://', description: 'Told of budgets and bans.' }),
)
const alertEmails = Type.Array(email('Told of budgets and bans.'), { maxItems: 20 })

/** What a workspace wants of its relay. */
export const RelaySettings = Type.Object({
  output_tokens_default: outputTokensDefault,
  prompt_log_days: promptLogDays,
  alert_webhook_url: webhookUrl,
  has_alert_webhook_secret: Type.Boolean({ description: 'Whether what the webhook is sent is signed.' }),
  alert_emails: alertEmails,
  quota: Quota,
  used: Used,
})
export type RelaySettings = Static<typeof RelaySettings>

const tag = 'relay'
const guard = { tag, auth: 'session', permission: 'relay:admin' } as const

export const getRelaySettings = contract({
  method: 'GET',
  path: '/api/relay/settings',
  summary: 'Settings of the relay, and what the whole workspace spent',
  ...guard,
  query: Type.Object({}, closed),
  status: 200,
  response: answer(RelaySettings),
})

export const updateRelaySettings = contract({
  method: 'PUT',
  path: '/api/relay/settings',
  summary: 'Change what is named of the settings of the relay',
  ...guard,
  body: Type.Object(
    {
      output_tokens_default: Type.Optional(outputTokensDefault),
      prompt_log_days: Type.Optional(promptLogDays),
      alert_webhook_url: Type.Optional(webhookUrl),
      alert_webhook_secret: Type.Optional(
        nullable(
          Type.String({
            minLength: 16,
            maxLength: 200,
            pattern: '^[\\x21-\\x7e]*$',
            description: 'Key that signs what the webhook is sent; kept encrypted and never told again. Null for none.',
          }),
        ),
      ),
      alert_emails: Type.Optional(alertEmails),
      quota: Type.Optional(QuotaWanted),
    },
    { ...closed, minProperties: 1 },
  ),
  status: 200,
  response: answer(RelaySettings),
})

const guardrailFields = {
  name: Type.String({ minLength: 1, maxLength: 64, pattern: '\\S', description: 'What people call it.' }),
  group: nullable(GroupId),
  kind: Type.Enum(['pattern', 'keyword'], { description: '`pattern`: regular expressions; `keyword`: words.' }),
  matches: Type.Array(
    Type.String({ minLength: 1, maxLength: 200, pattern: '\\S', description: 'A word, or an expression.' }),
    {
      minItems: 1,
      maxItems: 200,
      description: 'What must not pass: any of these.',
    },
  ),
  action: Type.Enum(['redact', 'refuse'], { description: 'Blot it out, or refuse the call.' }),
  direction: Type.Enum(['input', 'output', 'both'], { description: 'Looked for in what goes in, comes out, or both.' }),
  status: Switch,
}

/** Text that must not pass, and what is done about it; for one group, or for all where `group` is null. */
export const Guardrail = Type.Object({
  id: id('The guardrail.'),
  ...guardrailFields,
  created_at: epochMs('When it was made.'),
})
export type Guardrail = Static<typeof Guardrail>

const guardrail = Type.Object({ id: id('The guardrail.') }, closed)

export const listGuardrails = contract({
  method: 'GET',
  path: '/api/relay/guardrails',
  summary: 'Guardrails: text that must not pass',
  ...guard,
  query: Type.Object({ ...paging(['name', '-name', '-created_at', 'created_at']), query: namePart }, closed),
  status: 200,
  response: answer(
    Type.Object({ guardrails: Type.Array(Guardrail, { description: 'The guardrails of this page.' }), total }),
  ),
})

export const createGuardrail = contract({
  method: 'POST',
  path: '/api/relay/guardrails',
  summary: 'Add a guardrail',
  ...guard,
  body: Type.Object(
    {
      name: guardrailFields.name,
      kind: guardrailFields.kind,
      matches: guardrailFields.matches,
      action: guardrailFields.action,
      direction: Type.Optional(guardrailFields.direction),
      group: Type.Optional(guardrailFields.group),
      status: Type.Optional(Switch),
    },
    closed,
  ),
  status: 200,
  response: answer(Guardrail),
})

export const updateGuardrail = contract({
  method: 'PUT',
  path: '/api/relay/guardrails/:id',
  summary: 'Change what is named of a guardrail',
  ...guard,
  params: guardrail,
  body: Type.Partial(Type.Object(guardrailFields), { ...closed, minProperties: 1 }),
  status: 200,
  response: answer(Guardrail),
})

export const deleteGuardrail = contract({
  method: 'DELETE',
  path: '/api/relay/guardrails/:id',
  summary: 'Delete a guardrail',
  ...guard,
  params: guardrail,
  query: Type.Object({}, closed),
  status: 200,
  response: Done,
})

/** What guardrails make of a text. */
export const GuardrailTrial = Type.Object({
  refused: Type.Boolean({ description: 'Whether a call with this text is refused.' }),
  text: Type.String({ description: 'The text with what matched blotted out; empty where it is refused.' }),
  hits: count('Places that matched, of a text that is not refused.'),
})
export type GuardrailTrial = Static<typeof GuardrailTrial>

export const tryGuardrail = contract({
  method: 'POST',
  path: '/api/relay/guardrails/try',
  summary: 'What a guardrail would make of a text; neither is kept',
  ...guard,
  body: Type.Object(
    {
      kind: guardrailFields.kind,
      matches: guardrailFields.matches,
      action: guardrailFields.action,
      text: Type.String({ maxLength: 10_000, description: 'The text to be looked through.' }),
    },
    closed,
  ),
  status: 200,
  response: answer(GuardrailTrial),
})
