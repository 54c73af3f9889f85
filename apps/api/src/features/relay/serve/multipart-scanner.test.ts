import { expect, test } from 'vitest'
import { RelayRefusal } from '../refusals.ts'
import { createFormScanner } from './multipart-scanner.ts'

const wanted = new Set(['model', 'prompt', 'stream'])

/** Reads a form that comes in pieces of so many bytes; lines of the text end as lines of forms do. */
function scan(text: string, pieceBytes = 1_000_000) {
  const form = Buffer.from(text.replaceAll('\n', '\r\n'))
  const scanner = createFormScanner('xyz', wanted)
  for (let at = 0; at < form.length; at += pieceBytes) scanner.push(form.subarray(at, at + pieceBytes))
  return { form, fields: scanner.end() }
}

const field = (name: string, value: string) => `--xyz\nContent-Disposition: form-data; name="${name}"\n\n${value}\n`
const file = (content: string, name = 'file') =>
  `--xyz\nContent-Disposition: form-data; name="${name}"; filename="a.wav"\nContent-Type: audio/wav\n\n${content}\n`
const last = '--xyz--\n'

test.each([1, 2, 7, 1_000_000])('fields are found wherever they stand, in pieces of %i bytes', (pieceBytes) => {
  const text =
    file('sound') + field('model', 'whisper-1') + field('prompt', 'Zürich\n東京') + field('other', 'x') + last
  const { form, fields } = scan(text, pieceBytes)
  const { from, to, value } = fields.get('model') ?? { from: 0, to: 0, value: '' }
  expect(value).toBe('whisper-1')
  expect(form.toString('utf8', from, to)).toBe('whisper-1')
  expect(fields.get('prompt')?.value).toBe('Zürich\r\n東京')
  expect([...fields.keys()]).toEqual(['model', 'prompt'])
})

test.each([1, 1_000_000])('what looks like a field inside a file is none, in pieces of %i bytes', (pieceBytes) => {
  const fake = '\n--xy\nContent-Disposition: form-data; name="model"\n\nexpensive\n--xy--\n'
  const { fields } = scan(file(fake) + field('model', 'cheap') + last, pieceBytes)
  expect(fields.get('model')?.value).toBe('cheap')
})

test.each([
  ['an empty value', field('model', '') + last, ''],
  ['a name without quotes', '--xyz\ncontent-disposition: form-data; name=model\n\ncheap\n' + last, 'cheap'],
  ['other headers', '--xyz\nX-A: b\nContent-Disposition:form-data;name="model"\nX-C: d\n\ncheap\n' + last, 'cheap'],
  ['something behind the end', field('model', 'cheap') + last + field('model', 'late'), 'cheap'],
])('%s is understood', (_, text, value) => {
  expect(scan(text).fields.get('model')?.value).toBe(value)
})

test.each([
  ['nothing', ''],
  ['something before the first boundary', 'hello\n' + field('model', 'cheap') + last],
  ['no end', field('model', 'cheap')],
  ['a field twice', field('model', 'cheap') + field('model', 'expensive') + last],
  ['a field as a file', file('expensive', 'model') + last],
  ['a part without a name', '--xyz\nContent-Disposition: form-data\n\nx\n' + last],
  ['a part without a head', '--xyz\n\nx\n' + last],
  ['two names', '--xyz\nContent-Disposition: form-data; name="a"; name="model"\n\nx\n' + last],
  ['two dispositions', '--xyz\nContent-Disposition: form-data; name="a"\n'.repeat(2) + '\nx\n' + last],
  ['a folded head', '--xyz\nContent-Disposition: form-data;\n name="model"\n\nx\n' + last],
  ['a boundary in the middle of a line', file('a--xyz\r') + last],
  ['a longer boundary', file('a\n--xyzzy\nb') + last],
  ['an endless head', `--xyz\nX: ${'x'.repeat(20_000)}\n\nx\n${last}`],
  ['an endless field', field('prompt', 'x'.repeat(300_000)) + last],
])('a form with %s is refused', (_, text) => {
  expect(() => scan(text, 1_000)).toThrow(RelayRefusal)
})

test('a line end of one character is none', () => {
  const form = `--xyz\r\nContent-Disposition: form-data; name="a"\nX: y; name="model"\r\n\r\nx\r\n--xyz--\r\n`
  const scanner = createFormScanner('xyz', wanted)
  expect(() => scanner.push(Buffer.from(form))).toThrow(RelayRefusal)
})
