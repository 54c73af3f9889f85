import type { TranscriptionSegment } from 'openai/resources/audio/transcriptions'
import type { ImagesResponse } from 'openai/resources/images'
import { madeAt, providerHeaders, type Call } from './call.ts'
import { objectOf, stringOf } from './json.ts'
import { missing } from './openai-chat.ts'
import { bytesReply, dataEvent, jsonReply, streamReply, type Reply } from './reply.ts'
import { pixel, silence, silentFrame } from './samples.ts'
import { countTokens, imageTokens, tokensOf } from './tokens.ts'

/** What a picture costs that is made here. */
const madeImageTokens = 272
const imagesMax = 10

/** POST images/generations, images/edits and images/variations: pictures of one pixel. */
export function images(call: Call): Reply {
  const { body, hash, files = [], path } = call
  if (typeof body.prompt !== 'string' && path !== '/v1/images/variations') return missing(call, 'prompt')
  const prompt = stringOf(body.prompt)
  const count = Math.min(Math.max(Number(body.n ?? 1), 1), imagesMax)
  const given = files.length * imageTokens
  const asUrl = body.response_format === 'url'
  const image = asUrl ? { url: `https://images.example.com/${hash.slice(0, 24)}.png` } : { b64_json: pixel }
  const input = countTokens(prompt) + given
  const made: ImagesResponse = {
    created: madeAt,
    data: Array.from({ length: count }, () => ({ ...image })),
    background: 'transparent',
    output_format: 'png',
    quality: 'low',
    size: stringOf(body.size) || '1024x1024',
    usage: {
      input_tokens: input,
      input_tokens_details: { image_tokens: given, text_tokens: input - given },
      output_tokens: madeImageTokens * count,
      total_tokens: input + madeImageTokens * count,
    },
  }
  return jsonReply(200, providerHeaders('openai', hash), made)
}

const audioTypes: Record<string, string> = {
  mp3: 'audio/mpeg',
  opus: 'audio/opus',
  aac: 'audio/aac',
  flac: 'audio/flac',
  wav: 'audio/wav',
  pcm: 'audio/pcm',
}

/** POST audio/speech: silence, sent in two pieces; of MP3 there is a frame for each token of the text. */
export function speech(call: Call): Reply {
  const { body, hash } = call
  if (typeof body.input !== 'string') return missing(call, 'input')
  const format = stringOf(body.response_format) || 'mp3'
  const frames = Math.max(countTokens(body.input), 1)
  const long = Buffer.concat(Array.from({ length: frames }, () => silentFrame))
  const bytes = { wav: silence, pcm: silence.subarray(44) }[format] ?? long
  const middle = Math.ceil(bytes.length / 2)
  return {
    status: 200,
    headers: { 'content-type': audioTypes[format] ?? 'audio/mpeg', ...providerHeaders('openai', hash) },
    parts: [bytes.subarray(0, middle), bytes.subarray(middle)],
    delivery: { pauseMs: 0 },
  }
}

/** POST audio/transcriptions and audio/translations: the text tells what came. */
export function transcription(call: Call): Reply {
  const { body, hash, files = [], path } = call
  const [file] = files
  if (!file) return missing(call, 'file')
  const text = `${file.name}: ${file.sizeBytes} bytes, ${file.digest}`
  const seconds = Math.ceil(file.sizeBytes / 16_000)
  const headers = providerHeaders('openai', hash)
  const usage = stringOf(body.model).includes('whisper')
    ? { type: 'duration', seconds }
    : tokenUsage(seconds * 10, countTokens(text))
  const translated = path === '/v1/audio/translations'
  if (body.stream === 'true' && !translated) {
    const deltas = tokensOf(text).map((delta) => dataEvent({ type: 'transcript.text.delta', delta }))
    return streamReply(headers, [...deltas, dataEvent({ type: 'transcript.text.done', text, usage })], 0, 1)
  }
  const subtitles = (point: string) => `00:00:00${point}000 --> 00:00:01${point}000\n${text}\n`
  switch (body.response_format) {
    case 'text':
      return bytesReply(200, { 'content-type': 'text/plain; charset=utf-8', ...headers }, Buffer.from(`${text}\n`))
    case 'vtt':
      return bytesReply(200, { 'content-type': 'text/vtt', ...headers }, Buffer.from(`WEBVTT\n\n${subtitles('.')}`))
    case 'srt':
      return bytesReply(200, { 'content-type': 'text/plain', ...headers }, Buffer.from(`1\n${subtitles(',')}`))
    case 'verbose_json':
      return jsonReply(200, headers, {
        language: 'english',
        duration: seconds,
        text,
        segments: [segmentOf(text, seconds)],
        usage,
      })
    default:
      return jsonReply(200, headers, translated ? { text } : { text, usage })
  }
}

function segmentOf(text: string, end: number): TranscriptionSegment {
  const odds = { temperature: 0, avg_logprob: -0.1, compression_ratio: 1, no_speech_prob: 0.01 }
  return { id: 0, seek: 0, start: 0, end, text, tokens: [1], ...odds }
}

function tokenUsage(audio: number, output: number) {
  const input_token_details = objectOf({ audio_tokens: audio, text_tokens: 0 })
  return {
    type: 'tokens',
    input_tokens: audio,
    input_token_details,
    output_tokens: output,
    total_tokens: audio + output,
  }
}
