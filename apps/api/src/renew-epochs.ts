import { runProgram } from './program.ts'

/** To be run on a restored database before any node starts on it. */
await runProgram(async (settings) => {
  const { renewEpochs } = await import('./features/rooms/renew-epochs.ts')
  const rooms = await renewEpochs(settings.current().DATABASE_URL)
  process.stdout.write(`${rooms} rooms have a new epoch: clients load them anew\n`)
})
