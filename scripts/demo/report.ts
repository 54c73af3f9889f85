import type { Stage } from './stage.ts'

const linesPerStep = 10

/** Says how far each step is: on one line in a terminal, about ten times a step in a log. */
export function createReport(say: (line: string) => void): Stage['report'] {
  let last = { what: '', part: -1 }
  return (what, done, total) => {
    const line = `${what}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`
    if (process.stdout.isTTY) {
      process.stdout.write(`\r\u001b[Kdemo  ${line}${done >= total ? '\n' : ''}`)
      return
    }
    const part = total === 0 ? linesPerStep : Math.floor((done / total) * linesPerStep)
    if (last.what === what && last.part === part) return
    last = { what, part }
    say(line)
  }
}
