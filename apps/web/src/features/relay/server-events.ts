const lineEnd = /\r\n|\n|\r(?!$)/

/** The data of each event of a stream, in order; comments, such as those that keep it alive, are left out. */
export async function* readServerEvents(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = ''
  let data: string[] = []
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(lineEnd)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('data:')) data.push(line.slice('data:'.length).replace(/^ /, ''))
      if (line !== '' || data.length === 0) continue
      yield data.join('\n')
      data = []
    }
  }
}
