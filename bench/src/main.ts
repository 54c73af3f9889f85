import { parseArgs } from 'node:util'
import { connectionsJob } from './jobs/connections.ts'
import { fanoutJob } from './jobs/fanout.ts'
import { guardsJob } from './jobs/guards.ts'
import { insertJob } from './jobs/insert.ts'
import { loginJob } from './jobs/login.ts'
import { readsJob } from './jobs/reads.ts'
import { relayJob } from './jobs/relay.ts'
import { sendJob } from './jobs/send.ts'
import { table, type Effort, type Line } from './report.ts'

const jobs: Record<string, (effort: Effort) => Promise<Line[]>> = {
  send: sendJob,
  fanout: fanoutJob,
  connections: connectionsJob,
  reads: readsJob,
  guards: guardsJob,
  login: loginJob,
  insert: insertJob,
  relay: relayJob,
}

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '5' } },
})
const effort = { rounds: Number(values.rounds), seconds: Number(values.seconds) }
const unknown = positionals.filter((name) => !Object.hasOwn(jobs, name))
if (
  unknown.length > 0 ||
  !(effort.rounds >= 1 && effort.rounds <= 20) ||
  !(effort.seconds >= 1 && effort.seconds <= 60)
) {
  process.stderr.write(`usage: pnpm bench [${Object.keys(jobs).join('] [')}] [--rounds 1..20] [--seconds 1..60]\n`)
  process.exit(2)
}

const lines: Line[] = []
for (const [name, job] of Object.entries(jobs)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  process.stderr.write(`bench  ${name}: ${effort.rounds} rounds of ${effort.seconds} s\n`)
  lines.push(...(await job(effort)))
}
process.stdout.write(`\n${table(lines)}\n`)
process.exit(0)
