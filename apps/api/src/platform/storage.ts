import { createReadStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3'
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
  /** Folder for what is on its way in. Emptied at start: what a crash left there belongs to nobody. */
  incomingDir: string
  /** Moves a finished local file into the storage. */
  keep(path: string, key: string): Promise<void>
  /** Size in bytes; null where there is no such object. */
  size(key: string): Promise<number | null>
  read(key: string, range?: ByteRange): Promise<Readable>
  /** Removes an object and everything derived from it; nothing happens if there is none. */
  remove(key: string): Promise<void>
}

/** Everything derived from an object lies below its key, so that it goes when the object goes. */
export const derivedKey = (key: string, name: string): string => `${key}.derived/${name}`

function createDisk(location: string): Pick<Storage, 'read'> & { disk: Disk } {
  const disk = new Disk(new FSDriver({ location, visibility: 'private' }))
  return { disk, read: async (key, range) => createReadStream(join(location, key), range) }
}

function createBucket(config: Config, bucket: string): Pick<Storage, 'read'> & { disk: Disk } {
  const client = new S3Client({
    region: config.S3_REGION,
    ...(config.S3_ENDPOINT && { endpoint: config.S3_ENDPOINT, forcePathStyle: true }),
    ...(config.S3_ACCESS_KEY_ID &&
      config.S3_SECRET_ACCESS_KEY && {
        credentials: { accessKeyId: config.S3_ACCESS_KEY_ID, secretAccessKey: config.S3_SECRET_ACCESS_KEY },
      }),
  })
  const disk = new Disk(new S3Driver({ client, bucket, visibility: 'private', supportsACL: false }))
  return {
    disk,
    // flydrive reads whole objects only; a video is watched in ranges.
    async read(key, range) {
      const asked = range && `bytes=${range.start}-${range.end}`
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: asked }))
      if (Body instanceof Readable) return Body
      throw new NoSuchKey({ message: `no bytes at ${key}`, $metadata: {} })
    },
  }
}

/** Opens the storage the settings name. */
export async function openStorage(config: Config): Promise<Storage> {
  const dataDir = resolve(config.DATA_DIR)
  const incomingDir = join(dataDir, 'incoming')
  await rm(incomingDir, { recursive: true, force: true })
  await mkdir(incomingDir, { recursive: true })
  const { disk, read } = config.S3_BUCKET ? createBucket(config, config.S3_BUCKET) : createDisk(join(dataDir, 'files'))
  return {
    incomingDir,
    read,
    keep: (path, key) => disk.moveFromFs(path, key),
    size: async (key) => ((await disk.exists(key)) ? (await disk.getMetaData(key)).contentLength : null),
    async remove(key) {
      await disk.delete(key)
      await disk.deleteAll(`${key}.derived/`)
    },
  }
}
