import type { ChannelType } from '@parley/protocol/relay-channels'

interface Provider {
  type: ChannelType
  /** Where it is; empty for the provider's own address. */
  baseUrl: string
  /** Whether a part of the address has to be replaced by one's own. */
  isTemplate?: boolean
  needsKey: boolean
  /** Models to be suggested. */
  models: readonly string[]
}

/** Providers that are known, as a channel to each is set up. */
export const providers = {
  openai: {
    type: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    needsKey: true,
    models: ['gpt-5', 'gpt-5-mini', 'gpt-4.1', 'gpt-4.1-mini', 'text-embedding-3-small'],
  },
  anthropic: {
    type: 'anthropic',
    baseUrl: 'https://api.anthropic.com',
    needsKey: true,
    models: ['claude-opus-4-1', 'claude-sonnet-4-5', 'claude-haiku-4-5'],
  },
  gemini: {
    type: 'gemini',
    baseUrl: 'https://generativelanguage.googleapis.com',
    needsKey: true,
    models: ['gemini-2.5-pro', 'gemini-2.5-flash'],
  },
  azure: {
    type: 'openai',
    baseUrl: 'https://RESOURCE.openai.azure.com/openai/v1',
    isTemplate: true,
    needsKey: true,
    models: ['gpt-4.1', 'gpt-4.1-mini'],
  },
  deepseek: {
    type: 'openai',
    baseUrl: 'https://api.deepseek.com/v1',
    needsKey: true,
    models: ['deepseek-chat', 'deepseek-reasoner'],
  },
  ollama: {
    type: 'openai',
    baseUrl: 'http://localhost:11434/v1',
    isTemplate: true,
    needsKey: false,
    models: ['llama3.2', 'qwen3'],
  },
  vllm: { type: 'openai', baseUrl: 'http://localhost:8000/v1', isTemplate: true, needsKey: false, models: [] },
  compatible: { type: 'openai', baseUrl: 'https://', isTemplate: true, needsKey: false, models: [] },
  answers: {
    type: 'test',
    baseUrl: 'answers',
    needsKey: false,
    models: ['test-small', 'test-large', 'test-reasoner', 'test-embedding'],
  },
  failures: {
    type: 'test',
    baseUrl: 'failures',
    needsKey: false,
    models: ['status-500', 'status-429-after-2', 'hang', 'die-after-3'],
  },
} satisfies Record<string, Provider>

export type ProviderName = keyof typeof providers
export const providerNames: readonly ProviderName[] = [
  'openai',
  'anthropic',
  'gemini',
  'azure',
  'deepseek',
  'ollama',
  'vllm',
  'compatible',
  'answers',
  'failures',
]

export const providerOf = (name: ProviderName): Provider => providers[name]

/** Which provider a channel leads to, by what it speaks and where it is. */
export function providerNameOf({ type, base_url: url }: { type: ChannelType; base_url: string }): ProviderName {
  const same = providerNames.find((name) => providers[name].type === type && providers[name].baseUrl === url)
  if (same) return same
  if (type === 'test') return 'answers'
  if (type !== 'openai') return type
  return url === '' ? 'openai' : 'compatible'
}
