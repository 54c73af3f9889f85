import { activeKeyGroups, activeShortcuts, formatKeys, type KeyHint } from './shortcuts.ts'

/** Every shortcut that works right now, and the keys of parts of the page. */
export function ShortcutList() {
  const shortcuts = [...new Map(activeShortcuts().map((shortcut) => [shortcut.keys, shortcut])).values()]
  return (
    <>
      <Hints hints={shortcuts} />
      {activeKeyGroups().map(({ title, hints }) => (
        <section key={title} className="mt-5">
          <h3 className="text-faint text-xs font-semibold">{title}</h3>
          <Hints hints={hints} />
        </section>
      ))}
    </>
  )
}

const Hints = ({ hints }: { hints: readonly KeyHint[] }) => (
  <dl className="flex flex-col">
    {hints.map(({ keys, description }) => (
      <div
        key={keys}
        className="border-subtle flex min-h-10 items-center justify-between gap-4 border-b last:border-b-0"
      >
        <dt>{description}</dt>
        <dd className="flex flex-none gap-1">
          {formatKeys(keys).map((key) => (
            <kbd
              key={key}
              className="border-subtle text-muted min-w-6 rounded-sm border px-1.5 text-center font-sans text-xs leading-5"
            >
              {key}
            </kbd>
          ))}
        </dd>
      </div>
    ))}
  </dl>
)
