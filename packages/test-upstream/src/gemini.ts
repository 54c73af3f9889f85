import { answer, cachedTokensOf, type Answer, type Ask } from './answer.ts'
import { providerHeaders, type Call } from './call.ts'
import { vectorOf } from './embeddings.ts'
import { isJson, listOf, numberOf, objectOf, objectsOf, stringOf, type Json } from './json.ts'
import { errorReply, unknownPath } from './provider-errors.ts'
import { bytesReply, jsonReply, streamReply, type Reply } from './reply.ts'

const jsonType = { 'content-type': 'application/json; charset=UTF-8' }

/** POST models/:model:method. */
export function gemini(call: Call): Reply {
  const { path, body, hash, says } = call
  const [, model = '', method = ''] = /^\/v1beta\/models\/([^:]+):(\w+)$/.exec(path) ?? []
  const headers = { ...providerHeaders('gemini', hash), ...jsonType }
  if (method === 'embedContent') return jsonReply(200, headers, { embedding: embeddingOf(body) })
  if (method === 'batchEmbedContents')
    return jsonReply(200, headers, { embeddings: objectsOf(body.requests).map(embeddingOf) })
  const asked = method === 'countTokens' && isJson(body.generateContentRequest) ? body.generateContentRequest : body
  if (!Array.isArray(asked.contents)) return errorReply(call, 400, 'contents is not specified')
  const answered = answer(askOf(asked), says)
  const shared = { modelVersion: model, responseId: hash.slice(0, 22) }
  if (method === 'countTokens')
    return jsonReply(200, headers, {
      totalTokens: answered.inputTokens,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: answered.inputTokens }],
    })
  if (method === 'generateContent')
    return jsonReply(200, headers, {
      candidates: [candidateOf(partsOf(answered), answered)],
      usageMetadata: usageOf(answered, true),
      ...shared,
    })
  if (method !== 'streamGenerateContent') return unknownPath(call)
  return streamOf(call, answered, shared)
}

function streamOf({ query, hash }: Call, answered: Answer, shared: Json): Reply {
  const content = piecesOf(answered).map((part) => ({
    candidates: [{ content: { parts: [part], role: 'model' }, index: 0 }],
    usageMetadata: usageOf(answered, false),
    ...shared,
  }))
  const last = {
    candidates: [candidateOf([{ text: '' }], answered)],
    usageMetadata: usageOf(answered, true),
    ...shared,
  }
  const chunks = [...content, last].map((chunk) => JSON.stringify(chunk))
  const headers = providerHeaders('gemini', hash)
  if (query.get('alt') !== 'sse') {
    const parts = chunks.map((chunk, index) => Buffer.from(`${index === 0 ? '[' : ',\r\n'}${chunk}`))
    return bytesReply(200, { ...headers, ...jsonType }, ...parts, Buffer.from(']'))
  }
  const events = chunks.map((chunk) => Buffer.from(`data: ${chunk}\r\n\r\n`))
  return streamReply({ ...headers, 'content-type': 'text/event-stream' }, events, 0, 1)
}

function askOf(body: Json): Ask {
  const contents = objectsOf(body.contents)
  const parts = contents.flatMap((content) => objectsOf(content.parts))
  const settings = objectOf(body.generationConfig)
  const tools = objectsOf(body.tools)
  const functions = tools.flatMap(({ functionDeclarations }) => objectsOf(functionDeclarations))
  const last = objectsOf(contents.at(-1)?.parts)
  const result = last.findLast(({ functionResponse }) => functionResponse !== undefined)
  const said = contents.findLast((content) => content.role !== 'model' && textOf(content) !== '')
  const media = parts.map(({ inlineData, fileData }) => stringOf(objectOf(inlineData ?? fileData).mimeType))
  const thinking = objectOf(settings.thinkingConfig)
  return {
    texts: [
      textOf(objectOf(body.systemInstruction)),
      ...contents.map(textOf),
      ...parts.map(({ functionCall, functionResponse }) => JSON.stringify(functionCall ?? functionResponse) ?? ''),
      ...functions.map((each) => JSON.stringify(each)),
    ],
    lastText: said ? textOf(said) : '',
    toolResult: result && JSON.stringify(objectOf(result.functionResponse).response),
    images: media.filter((type) => type.startsWith('image/')).length,
    audios: media.filter((type) => type.startsWith('audio/')).length,
    maxTokens: numberOf(settings.maxOutputTokens),
    stops: listOf(settings.stopSequences).map(stringOf),
    tools: functions.map(({ name, parameters, parametersJsonSchema }) => ({
      name: stringOf(name),
      schema: parametersJsonSchema ?? parameters,
    })),
    toolChoice: toolChoiceOf(objectOf(objectOf(body.toolConfig).functionCallingConfig)),
    json:
      settings.responseMimeType === 'application/json'
        ? { schema: settings.responseJsonSchema ?? settings.responseSchema }
        : undefined,
    thinking: thinking.includeThoughts === true || (numberOf(thinking.thinkingBudget) ?? 0) > 0,
    search: tools.some(({ googleSearch }) => googleSearch !== undefined),
  }
}

function textOf({ parts }: Json): string {
  const texts = objectsOf(parts).map(({ text }) => text)
  return texts.filter((text) => typeof text === 'string').join('\n')
}

function toolChoiceOf({ mode, allowedFunctionNames }: Json): Ask['toolChoice'] {
  if (mode === 'NONE') return 'none'
  if (mode !== 'ANY') return 'auto'
  const name = stringOf(listOf(allowedFunctionNames)[0])
  return name === '' ? 'required' : { name }
}

function partsOf(answered: Answer): Json[] {
  return [
    ...(answered.thinking.length > 0 ? [{ text: answered.thinking.join(''), thought: true }] : []),
    ...(answered.text === '' ? [] : [{ text: answered.text }]),
    ...callsOf(answered),
  ]
}

function piecesOf(answered: Answer): Json[] {
  const thoughts = answered.thinking.map((text) => ({ text, thought: true }))
  return [...thoughts, ...answered.pieces.map((text) => ({ text })), ...callsOf(answered)]
}

function callsOf({ toolCalls }: Answer): Json[] {
  return toolCalls.map(({ name, arguments: written }) => ({
    functionCall: { name, args: objectOf(JSON.parse(written)) },
    thoughtSignature: Buffer.from(name).toString('base64'),
  }))
}

function candidateOf(parts: Json[], { finish, searches }: Answer): Json {
  const found = { webSearchQueries: ['search the web'], groundingChunks: [], groundingSupports: [] }
  return {
    content: { parts, role: 'model' },
    finishReason: finish === 'length' ? 'MAX_TOKENS' : 'STOP',
    index: 0,
    ...(searches > 0 ? { groundingMetadata: found } : {}),
  }
}

/** Thoughts are counted beside the candidates, not among them. */
function usageOf(answered: Answer, whole: boolean): Json {
  const { inputTokens, thinkingTokens, imageInputTokens, audioInputTokens } = answered
  const cached = cachedTokensOf(inputTokens)
  const written = answered.outputTokens - thinkingTokens
  const details = [
    { modality: 'TEXT', tokenCount: inputTokens - imageInputTokens - audioInputTokens },
    { modality: 'IMAGE', tokenCount: imageInputTokens },
    { modality: 'AUDIO', tokenCount: audioInputTokens },
  ]
  return {
    promptTokenCount: inputTokens,
    ...(whole ? { candidatesTokenCount: written } : {}),
    totalTokenCount: inputTokens + (whole ? answered.outputTokens : thinkingTokens),
    ...(cached > 0 ? { cachedContentTokenCount: cached } : {}),
    promptTokensDetails: details.filter(({ tokenCount }) => tokenCount > 0),
    ...(thinkingTokens > 0 ? { thoughtsTokenCount: thinkingTokens } : {}),
  }
}

function embeddingOf({ content, outputDimensionality }: Json): Json {
  const text = textOf(objectOf(content))
  return { values: [...vectorOf(JSON.stringify(text), Math.min(numberOf(outputDimensionality) ?? 768, 3072))] }
}
