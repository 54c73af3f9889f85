import { reloadableSettings, type Config } from './config.ts'

interface Log {
  info(context: object, message: string): void
  warn(context: object, message: string): void
  error(context: object, message: string): void
}

/** The settings of a running server. Whoever uses one that is `reloadable` asks for it each time, or listens. */
export interface Settings {
  current(): Config
  /** Hears of every reload that changed something. */
  onChange(listener: (config: Config) => void): void
  /** Reads the settings again and takes up what may change; keeps everything if one of them is bad. */
  reload(log: Log): void
}

/** Settings that `read` brings, now and at every reload. Throws what `read` throws, now only. */
export function createSettings(read: () => Config): Settings {
  let config = read()
  const listeners: ((config: Config) => void)[] = []

  function take(next: Config, log: Log): void {
    const changed = [...new Set([...Object.keys(config), ...Object.keys(next)])].filter(
      (name) => Reflect.get(config, name) !== Reflect.get(next, name),
    )
    const taken = changed.filter((name) => reloadableSettings.has(name))
    const waiting = changed.filter((name) => !reloadableSettings.has(name))
    // Names only: values may be secrets.
    if (waiting.length > 0) log.warn({ settings: waiting }, 'these settings changed and need a restart')
    if (taken.length > 0) {
      const merged = { ...next }
      for (const name of waiting) Reflect.set(merged, name, Reflect.get(config, name))
      config = merged
      for (const listener of listeners) listener(config)
    }
    log.info({ settings: taken }, taken.length > 0 ? 'settings reloaded' : 'settings read again; nothing to take up')
  }

  return {
    current: () => config,
    onChange: (listener) => void listeners.push(listener),
    reload(log) {
      let next: Config
      try {
        next = read()
      } catch (error) {
        log.error({ err: error }, 'the settings stay as they were')
        return
      }
      take(next, log)
    },
  }
}
