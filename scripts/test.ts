import { whenLauncherEnds } from './launcher.ts'
import { type Count, type Step } from './test-step.ts'
import { steps } from './test-steps.ts'

const asked = process.argv.slice(2).filter((name) => name !== '--')
const unknown = asked.filter((name) => !steps.some((step) => step.name === name))
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')}. There are: ${steps.map((step) => step.name).join(', ')}`)
  process.exit(2)
}

// Ending is enough: whatever was started does not outlive this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))
whenLauncherEnds(() => process.exit(130))

const wanted = new Set([...asked, ...steps.flatMap(({ name, after = name }) => (asked.includes(name) ? [after] : []))])
const total: Count = { passed: 0, failed: 0 }
const summary: string[] = []
for (const step of steps) {
  if (asked.length > 0 && !wanted.has(step.name)) continue
  console.log(`\n── ${step.name}`)
  const began = performance.now()
  const { passed, failed } = await attempt(step)
  total.passed += passed
  total.failed += failed
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const line = `${failed === 0 ? 'ok  ' : 'FAIL'} ${step.name.padEnd(10)} ${passed} passed, ${failed} failed  ${seconds} s`
  console.log(line)
  summary.push(line)
}

console.log(`\n${summary.join('\n')}\n`)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1

/** A step that breaks has failed; the others still run, so that one run reports everything. */
async function attempt(step: Step): Promise<Count> {
  try {
    return await step.run()
  } catch (error) {
    console.log(error instanceof Error ? error.message : error)
    return { passed: 0, failed: 1 }
  }
}
