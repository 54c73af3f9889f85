/** The part of pino-roll that is used; the package has no types. */
declare module 'pino-roll' {
  import type { Writable } from 'node:stream'

  interface Options {
    file: string
    extension: string
    size: string
    limit: { count: number; removeOtherLogFiles: boolean }
    mkdir: boolean
  }
  export default function openRollingFile(options: Options): Promise<Writable>
}
