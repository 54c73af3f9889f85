/**
 * Stands for the program `docker`: hands its words to the engine of the test, prints what that answers and ends as it says.
 * `docker run … mysql:TAG PROGRAM …` runs this machine's own program of that name, with the files it would have mounted.
 */
import { spawnSync } from 'node:child_process'

const args = process.argv.slice(2)

if (args[0] === 'run') {
  const mounts = args.flatMap((arg) => [/^--volume=(.+):(.+):ro$/.exec(arg)].filter((match) => match !== null))
  const image = args.findIndex((arg) => arg.startsWith('mysql:'))
  const [program = '', ...rest] = args.slice(image + 1)
  const inside = rest.map((arg) => mounts.reduce((text, [, from = '', to = '']) => text.replace(to, from), arg))
  const { status, error } = spawnSync(program, inside, { stdio: 'inherit' })
  if (error) throw error
  process.exitCode = status ?? 1
} else {
  const response = await fetch(process.env.PARLEY_ENGINE ?? '', { method: 'POST', body: args.join('\n') })
  const answer = await response.text()
  if (response.ok) process.stdout.write(answer)
  else process.stderr.write(answer)
  process.exitCode = response.ok ? 0 : 1
}
