import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, rename, writeFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { firstLine } from './database-server.ts'
import { libraryPath, unpackDebianPackages } from './debian-packages.ts'

const run = promisify(execFile)
const downloadTimeoutMs = 240_000
const e2eDir = resolve(import.meta.dirname, '../e2e')
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The path of a Chromium that starts here: the one asked for, the machine's, Playwright's or the distribution's. */
export async function findChromium(log: (line: string) => void): Promise<string> {
  const asked = process.env.PARLEY_CHROMIUM
  if (asked) return asked
  const failures: string[] = []
  for (const source of [ofMachine, ofPlaywright, ofDistribution]) {
    try {
      const file = await source(log)
      // A stub that only says where to get the browser, or one without its libraries, is found out here.
      await run(file, ['--version'], { timeout: 30_000 })
      return file
    } catch (error) {
      failures.push(`  ${firstLine(error)}`)
    }
  }
  throw new Error(`No Chromium could be found or fetched.
${failures.join('\n')}
Install one (Debian: apt-get install chromium; elsewhere: npx playwright install --with-deps chromium),
or name it: PARLEY_CHROMIUM=/path/to/chromium`)
}

async function ofMachine(): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const name = names.find((each) => existsSync(join(folder, each)))
    if (name) return join(folder, name)
  }
  throw new Error(`none of ${names.join(', ')} is on the PATH`)
}

async function ofPlaywright(log: (line: string) => void): Promise<string> {
  const script = "import { chromium } from '@playwright/test'; console.log(chromium.executablePath())"
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: e2eDir })
  const file = stdout.trim()
  if (existsSync(file)) return file
  log("fetching Playwright's Chromium")
  const install = ['node_modules/@playwright/test/cli.js', 'install', 'chromium']
  await run(process.execPath, install, { cwd: e2eDir, timeout: downloadTimeoutMs })
  return file
}

async function ofDistribution(log: (line: string) => void): Promise<string> {
  const root = await unpackDebianPackages(['chromium', 'fonts-noto-cjk', 'fonts-noto-color-emoji'], log)
  const file = `${root}/start-chromium`
  if (!existsSync(file)) {
    const fonts = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>${root}/usr/share/fonts</dir><cachedir>${root}/var/cache/fontconfig</cachedir>
<include ignore_missing="yes">${root}/etc/fonts/fonts.conf</include>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include></fontconfig>`
    await writeFile(`${root}/fonts.conf`, fonts)
    const script = `#!/bin/sh
export LD_LIBRARY_PATH='${await libraryPath(root)}' FONTCONFIG_FILE='${root}/fonts.conf'
exec '${root}/usr/lib/chromium/chromium' "$@"
`
    // Renamed into place: another checkout never starts half a script.
    await writeFile(`${file}.new`, script)
    await chmod(`${file}.new`, 0o755)
    await rename(`${file}.new`, file)
  }
  return file
}
