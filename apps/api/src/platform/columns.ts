import { sql } from 'drizzle-orm'
import { customType } from 'drizzle-orm/mysql-core'

/**
 * A 64-bit id: a number in the database, a string in the program, so that no code ever rounds one.
 */
export const id = customType<{ data: string; driverData: number | string }>({
  dataType: () => 'bigint unsigned',
  fromDriver: String,
})

const generatedId = customType<{ data: string; driverData: number | string }>({
  dataType: () => 'bigint unsigned AUTO_INCREMENT',
  fromDriver: String,
})

/** An id the database hands out; read it back as `String(result.insertId)`. */
export const autoId = (name: string) => generatedId(name).$defaultFn(() => sql`default`)

/** Bytes compared as bytes: tokens, hashes in hex, client ids. */
export const asciiKey = customType<{ data: string; config: { length: number } }>({
  dataType: (config) => `varchar(${config?.length ?? 64}) character set ascii collate ascii_bin`,
})

/** Long text of ASCII only. */
export const asciiText = customType<{ data: string }>({
  dataType: () => 'mediumtext character set ascii collate ascii_bin',
})

/** Text compared without regard to case, with a collation that both MySQL 8.4 and MariaDB 10.11 know. */
export const caseless = customType<{ data: string; config: { length: number } }>({
  dataType: (config) => `varchar(${config?.length ?? 255}) character set utf8mb4 collate utf8mb4_unicode_520_ci`,
})

/**
 * A JSON value. Kept as text because MariaDB's JSON type is text and MySQL's is not: one type, one behaviour.
 */
export const json = <T>(name: string) =>
  customType<{ data: T; driverData: string }>({
    dataType: () => 'mediumtext character set utf8mb4 collate utf8mb4_bin',
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (value): T => JSON.parse(value),
  })(name)
