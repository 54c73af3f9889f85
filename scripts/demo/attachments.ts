import sharp, { type Sharp } from 'sharp'
import { seeded } from './random.ts'

export interface Attachment {
  name: string
  file: Blob
  durationMs?: number
  voice?: boolean
}

/** A landscape without words, so that no font decides how it looks: a photograph, or somebody's avatar. */
function landscape([sky, hill]: [sky: string, hill: string], width: number, height: number, seed: string): string {
  const random = seeded(seed)
  const ridge = (base: number, swing: number): string => {
    const points = Array.from({ length: 9 }, (_, step) => {
      const y = height * (base - swing * random())
      return `${((width * step) / 8).toFixed(1)},${y.toFixed(1)}`
    })
    return `0,${height} ${points.join(' ')} ${width},${height}`
  }
  const sun = { x: width * (0.2 + random() * 0.6), y: height * (0.2 + random() * 0.15), r: height * 0.09 }
  return svg(
    width,
    height,
    `<rect width="100%" height="100%" fill="${sky}"/>
    <circle cx="${sun.x}" cy="${sun.y}" r="${sun.r}" fill="#fff4d6"/>
    <polygon points="${ridge(0.62, 0.2)}" fill="${hill}" fill-opacity="0.45"/>
    <polygon points="${ridge(0.76, 0.16)}" fill="${hill}" fill-opacity="0.7"/>
    <polygon points="${ridge(0.9, 0.12)}" fill="${hill}"/>`,
  )
}

const svg = (width: number, height: number, content: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`

const latenciesMs = [38, 41, 39, 44, 52, 97, 148, 131, 88, 54, 43, 40, 38, 37]

function latencyChart(): string {
  const points = latenciesMs.map((ms, step) => `${90 + step * 78},${620 - ms * 3.4}`).join(' ')
  const lines = [0, 50, 100, 150].map((ms) => {
    const y = 620 - ms * 3.4
    return `<line x1="90" x2="1130" y1="${y}" y2="${y}" stroke="#d8dde3" stroke-width="2"/>`
  })
  const alert = '<rect x="440" y="60" width="230" height="560" fill="#d9483b" fill-opacity="0.08"/>'
  const curve = `<polyline points="${points}" fill="none" stroke="#2f6fb2" stroke-width="6" stroke-linejoin="round"/>`
  return svg(1200, 675, `<rect width="100%" height="100%" fill="#ffffff"/>${alert}${lines.join('')}${curve}`)
}

/** A page of an app in grey boxes, as designers draw before they draw. */
function wireframe(accent: string, isNarrow: boolean): string {
  const [width, height] = isNarrow ? [720, 1280] : [1280, 800]
  const left = isNarrow ? 0 : 300
  const box = (x: number, y: number, w: number, h: number, fill: string, radius = 10): string =>
    `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${radius}" fill="${fill}"/>`
  const rows = Array.from({ length: isNarrow ? 8 : 6 }, (_, row) => {
    const y = 130 + row * (isNarrow ? 125 : 95)
    const long = width - left - 190 - ((row * 137) % 260)
    return (
      box(left + 40, y, 52, 52, '#c9d1da', 26) +
      box(left + 112, y + 2, 150, 16, '#9aa6b2') +
      box(left + 112, y + 30, long, 16, '#d5dbe2')
    )
  })
  const list = isNarrow
    ? ''
    : box(0, 0, left, height, '#f1f3f6', 0) +
      Array.from({ length: 9 }, (_, row) =>
        box(28, 110 + row * 66, 210 - ((row * 53) % 90), 18, row === 2 ? accent : '#c3ccd6'),
      ).join('')
  const composer =
    box(left + 40, height - 100, width - left - 80, 60, '#eef1f4', 14) + box(width - 130, height - 90, 70, 40, accent)
  return svg(
    width,
    height,
    `<rect width="100%" height="100%" fill="#ffffff"/>${list}${box(left + 40, 40, 240, 26, '#5b6773')}${rows.join('')}${composer}`,
  )
}

const photo = async (source: string, name: string): Promise<Attachment> => ({
  name,
  file: new Blob([await bytes(sharp(Buffer.from(source)).jpeg({ quality: 86 }))], { type: 'image/jpeg' }),
})

const screenshot = async (source: string, name: string): Promise<Attachment> => ({
  name,
  file: new Blob([await bytes(sharp(Buffer.from(source)).png())], { type: 'image/png' }),
})

const bytes = async (image: Sharp): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await image.toBuffer())

const text = (name: string, content: string, type = 'text/plain'): Promise<Attachment> =>
  Promise.resolve({ name, file: new Blob([content], { type }) })

/** A hummed tune as a voice message: 8,000 samples a second in a WAV container. */
function voice(name: string, seconds: number): Promise<Attachment> {
  const rate = 8_000
  const samples = rate * seconds
  const wav = Buffer.alloc(44 + samples * 2)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(36 + samples * 2, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(rate, 24)
  wav.writeUInt32LE(rate * 2, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(samples * 2, 40)
  const notes = [262, 294, 330, 392, 330, 294]
  for (let index = 0; index < samples; index += 1) {
    const note = notes[Math.floor((index / rate) * 2) % notes.length] ?? 262
    const fade = Math.sin((Math.PI * (index % (rate / 2))) / (rate / 2))
    wav.writeInt16LE(Math.round(6_000 * fade * Math.sin((2 * Math.PI * note * index) / rate)), 44 + index * 2)
  }
  const file = new Blob([new Uint8Array(wav)], { type: 'audio/wav' })
  return Promise.resolve({ name, file, durationMs: seconds * 1_000, voice: true })
}

/** One page that says its title, written by hand: no more of PDF is needed to show a file. */
function pdf(name: string, title: string): Promise<Attachment> {
  const content = `BT /F1 24 Tf 72 760 Td (${title}) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = body.length
    body += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  const xref = `xref\n0 ${size}\n0000000000 65535 f \n${table}`
  const end = `trailer << /Size ${size} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`
  return text(name, body + xref + end, 'application/pdf')
}

const checklist = `# Release 2.4

- [x] Branch cut
- [x] Migration rehearsed on a copy of production (4 min 12 s)
- [ ] Release notes, English and Chinese
- [ ] Canary for one hour, p99 below 60 ms
- [ ] Tell the customers of the pilot
`

const survey = `region,answers,satisfied,would_recommend
North,214,0.91,0.84
East,388,0.87,0.80
South,152,0.93,0.88
West,97,0.82,0.71
`

const incident = `# 事故复盘：消息延迟升高

- 02:14 告警：p99 > 120 ms
- 02:19 定位：从库备份占满磁盘带宽
- 02:31 处理：备份限速到 40 MB/s
- 02:40 恢复

**没有丢消息**：确认过的消息全部在库，seq 连续。
`

const sources = {
  'latency-chart': () => screenshot(latencyChart(), 'latency-last-night.png'),
  'wireframe-desktop': () => screenshot(wireframe('#2f6fb2', false), 'conversation-v3.png'),
  'wireframe-dark-accent': () => screenshot(wireframe('#7a4fb5', false), 'conversation-v3-violet.png'),
  'wireframe-phone': () => screenshot(wireframe('#2f6fb2', true), 'phone-composer.png'),
  mountains: () => photo(landscape(['#a9c8dd', '#2d5068'], 1600, 1000, 'mountains'), 'IMG_2041.jpg'),
  sunset: () => photo(landscape(['#eeb184', '#7b3f3a'], 1600, 1200, 'sunset'), 'IMG_2066.jpg'),
  forest: () => photo(landscape(['#cfe0cf', '#2f5a3c'], 1000, 1400, 'forest'), 'IMG_2070.jpg'),
  coast: () => photo(landscape(['#d6e6ee', '#3b7a8c'], 1800, 900, 'coast'), '东海岸.jpg'),
  checklist: () => text('release-2.4-checklist.md', checklist),
  survey: () => text('customer-survey.csv', survey),
  incident: () => text('复盘-消息延迟.md', incident),
  contract: () => pdf('pilot-agreement.pdf', 'Pilot agreement, draft 2'),
  'voice-note': () => voice('voice-note.wav', 4),
} satisfies Record<string, () => Promise<Attachment>>

export type AttachmentName = keyof typeof sources

/** Makes an attachment; the same bytes in every run. */
export const makeAttachment = (name: AttachmentName): Promise<Attachment> => sources[name]()

/** A square picture for a person or a room. */
export const makeSquare = (colours: [sky: string, hill: string], seed: string): Promise<Attachment> =>
  photo(landscape(colours, 512, 512, seed), `${seed}.jpg`)
