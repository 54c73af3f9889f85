import { runProgram } from './program.ts'

await runProgram(async (settings) => (await import('./serve.ts')).serve(settings))
