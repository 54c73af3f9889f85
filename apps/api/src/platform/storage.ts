import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { GetObjectCommand, HeadObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import { Disk } from 'flydrive'
import { FSDriver } from 'flydrive/drivers/fs'
import { S3Driver } from 'flydrive/drivers/s3'
import type { Config } from '../config.ts'

/** Part of an object in bytes, both ends included. */
export interface ByteRange {
  start: number
  end: number
}

/** Where the bytes of files live: on disk, or in a bucket. */
export interface Storage {
  /** Folder for what is on its way in. */
  incomingDir: string
  /** Removes from that folder what nobody wrote to since `before`: a crash left it there. */
  sweepIncoming(before: Date): Promise<void>
  /** Moves a finished local file into the storage: all of it or nothing, so that nobody ever reads half an object. */
  keep(path: string, key: string): Promise<void>
  /** Size in bytes; null where there is no such object. */
  size(key: string): Promise<number | null>
  /** Opens an object; null where there is none. */
  read(key: string, range?: ByteRange): Promise<Readable | null>
  /** Removes an object and everything derived from it; nothing happens if there is none. */
  remove(key: string): Promise<void>
}

type Backend = Pick<Storage, 'keep' | 'size' | 'read'> & { disk: Disk }

const derivedFolder = (key: string): string => `${key}.derived`

/** Everything derived from an object lies below its key, so that it goes when the object goes. */
export const derivedKey = (key: string, name: string): string => `${derivedFolder(key)}/${name}`

/** Whether there was no room on disk. libvips says so in words only. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) ||
    error.message.includes('No space left on device'))

const isAbsent = (error: unknown): boolean =>
  (error instanceof Error && 'code' in error && error.code === 'ENOENT') ||
  (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404)

async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
}

function openDisk(location: string): Backend {
  return {
    disk: new Disk(new FSDriver({ location, visibility: 'private' })),
    async keep(path, key) {
      const file = await open(path, 'r+')
      try {
        await file.sync()
      } finally {
        await file.close()
      }
      const kept = join(location, key)
      await mkdir(dirname(kept), { recursive: true })
      await rename(path, kept)
    },
    size: async (key) => (await orNull(stat(join(location, key))))?.size ?? null,
    read: async (key, range) => (await orNull(open(join(location, key))))?.createReadStream(range) ?? null,
  }
}

function openBucket(config: Config, bucket: string): Backend {
  const client = new S3Client({
    region: config.S3_REGION,
    // Services that only resemble S3 often know no checksums beyond what is required.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(config.S3_ENDPOINT && { endpoint: config.S3_ENDPOINT, forcePathStyle: true }),
    ...(config.S3_ACCESS_KEY_ID &&
      config.S3_SECRET_ACCESS_KEY && {
        credentials: { accessKeyId: config.S3_ACCESS_KEY_ID, secretAccessKey: config.S3_SECRET_ACCESS_KEY },
      }),
  })
  const disk = new Disk(new S3Driver({ client, bucket, visibility: 'private', supportsACL: false }))
  return {
    disk,
    keep: (path, key) => disk.moveFromFs(path, key),
    async size(key) {
      const found = await orNull(client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })))
      return found?.ContentLength ?? null
    },
    // flydrive reads whole objects only; a video is watched in ranges.
    async read(key, range) {
      const asked = range && `bytes=${range.start}-${range.end}`
      const found = await orNull(client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: asked })))
      return found?.Body instanceof Readable ? found.Body : null
    },
  }
}

/** Opens the storage the settings name. */
export async function openStorage(config: Config): Promise<Storage> {
  const dataDir = resolve(config.DATA_DIR)
  const incomingDir = join(dataDir, 'incoming')
  await mkdir(incomingDir, { recursive: true })
  const { disk, keep, size, read } = config.S3_BUCKET
    ? openBucket(config, config.S3_BUCKET)
    : openDisk(join(dataDir, 'files'))
  return {
    incomingDir,
    // By age, since another process may be taking uploads in the same folder right now.
    async sweepIncoming(before) {
      for (const name of await readdir(incomingDir)) {
        const path = join(incomingDir, name)
        const entry = await orNull(stat(path))
        if (entry && entry.mtime < before) await rm(path, { recursive: true, force: true })
      }
    },
    keep,
    size,
    read,
    async remove(key) {
      await disk.delete(key)
      await disk.deleteAll(derivedFolder(key))
    },
  }
}
