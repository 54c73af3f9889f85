/** What one call used, as the upstream counted it. Whole numbers; parts of a sum are contained in it. */
export interface Usage {
  /** All input tokens, the four below included. */
  inputTokens: number
  /** Of the input: read from the provider's cache. */
  cachedTokens: number
  /** Of the input: written to the provider's cache. */
  cacheCreationTokens: number
  /** Of the input: sound. */
  audioInputTokens: number
  /** Of the input: pictures. */
  imageInputTokens: number
  /** All output tokens, the three below included. */
  outputTokens: number
  /** Of the output: spent on thinking. */
  thinkingTokens: number
  /** Of the output: sound. */
  audioOutputTokens: number
  /** Of the output: pictures. */
  imageOutputTokens: number
  /** Pictures made. */
  images: number
  /** Searches of the web made. */
  searches: number
}

export const noUsage: Usage = {
  inputTokens: 0,
  cachedTokens: 0,
  cacheCreationTokens: 0,
  audioInputTokens: 0,
  imageInputTokens: 0,
  outputTokens: 0,
  thinkingTokens: 0,
  audioOutputTokens: 0,
  imageOutputTokens: 0,
  images: 0,
  searches: 0,
}

export const usageKeys = Object.keys(noUsage).filter((key): key is keyof Usage => key in noUsage)

/** What two answers used together. */
export function addUsage(one: Usage, other: Usage): Usage {
  const sum = { ...one }
  for (const key of usageKeys) sum[key] += other[key]
  return sum
}
