/** Portkey's gateway as its package starts it, without its console and without the spinner it shows while it starts. */
process.argv.push('--headless', `--port=${process.env.PORT}`)
process.stdout.write = () => true
await import(import.meta.resolve('@portkey-ai/gateway/build/start-server.js'))
