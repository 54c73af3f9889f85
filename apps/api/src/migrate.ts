import { runProgram } from './program.ts'

/** A database that starts beside this program is there by then. */
const patienceMs = 120_000

const say = (context: object, message: string) => void process.stdout.write(`${message} ${JSON.stringify(context)}\n`)

/** Brings the schema up to date and ends, so that a deploy can do so before it starts anything anew. */
await runProgram(async (settings) => {
  const [{ migrateDatabase }, { untilDatabaseAnswers }] = await Promise.all([
    import('./platform/migrations.ts'),
    import('./platform/until-database.ts'),
  ])
  const log = { info: say, warn: say }
  await untilDatabaseAnswers(() => migrateDatabase(settings.current().DATABASE_URL, { log }), { log, patienceMs })
  process.stdout.write('the schema is up to date\n')
})
