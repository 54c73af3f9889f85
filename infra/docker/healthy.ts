/** What the API's image asks itself: ends with 0 if the path given answers with success. */
const url = `http://127.0.0.1:${process.env.PORT ?? '8000'}${process.argv[2] ?? '/healthz'}`
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(4_000) })
  process.stdout.write(`${response.status} ${await response.text()}\n`)
  process.exitCode = response.ok ? 0 : 1
} catch (error) {
  process.stdout.write(`${url} does not answer: ${String(error)}\n`)
  process.exitCode = 1
}
