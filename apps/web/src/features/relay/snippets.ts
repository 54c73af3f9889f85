/** The ways to make a first call that are offered, each as it can be pasted. */
export const snippetLanguages = ['curl', 'python', 'node'] as const
export type SnippetLanguage = (typeof snippetLanguages)[number]

interface SnippetOptions {
  /** Where the relay answers, `/v1` included. */
  baseUrl: string
  key: string
  model: string
}

const greeting = 'Say hello'

/** Between single quotes of a shell. */
const shellQuoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** Lines that make a first call. Texts are written as JSON, which shells, Python and JavaScript read alike. */
export const snippets: Record<SnippetLanguage, (options: SnippetOptions) => string> = {
  curl: ({ baseUrl, key, model }) => {
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: greeting }] })
    return [
      `curl ${shellQuoted(`${baseUrl}/chat/completions`)} \\`,
      `  -H ${shellQuoted(`Authorization: Bearer ${key}`)} \\`,
      `  -H 'Content-Type: application/json' \\`,
      `  -d ${shellQuoted(body)}`,
    ].join('\n')
  },
  python: ({ baseUrl, key, model }) =>
    [
      '# pip install openai',
      'from openai import OpenAI',
      '',
      `client = OpenAI(base_url=${JSON.stringify(baseUrl)}, api_key=${JSON.stringify(key)})`,
      'answer = client.chat.completions.create(',
      `    model=${JSON.stringify(model)},`,
      `    messages=[{"role": "user", "content": ${JSON.stringify(greeting)}}],`,
      ')',
      'print(answer.choices[0].message.content)',
    ].join('\n'),
  node: ({ baseUrl, key, model }) =>
    [
      '// npm install openai, save this as hello.mjs, then: node hello.mjs',
      "import OpenAI from 'openai'",
      '',
      `const client = new OpenAI({ baseURL: ${JSON.stringify(baseUrl)}, apiKey: ${JSON.stringify(key)} })`,
      'const answer = await client.chat.completions.create({',
      `  model: ${JSON.stringify(model)},`,
      `  messages: [{ role: 'user', content: ${JSON.stringify(greeting)} }],`,
      '})',
      'console.log(answer.choices[0].message.content)',
    ].join('\n'),
}
