import type { AuditEntry } from '@parley/protocol/audit'

/** One thing that was done; what was before and is since unfolds. */
export function AuditLine({ entry }: { entry: AuditEntry }) {
  const { t, i18n } = useTranslation('admin')
  const { actor, action, targetKind, targetId, targetName, address, createdAt, before, after } = entry
  const who = actor ? actor.displayName : t('audit.system')
  return (
    <li className="border-subtle border-b">
      <details className="group">
        <summary className="hover:bg-hover -mx-2 flex cursor-pointer flex-wrap items-baseline gap-x-4 gap-y-0.5 rounded-md px-2 py-2">
          <span className="min-w-0 flex-[1_1_260px] truncate">
            <span className="font-semibold">{who}</span> <code className="text-sm">{action}</code>
          </span>
          <span className="text-muted min-w-0 flex-[1_1_180px] truncate text-sm">
            {targetName ?? `${targetKind} ${targetId}`}
          </span>
          <span className="text-muted text-sm tabular-nums">{address}</span>
          <time dateTime={createdAt} className="text-muted text-sm tabular-nums">
            {new Date(createdAt).toLocaleString(i18n.language, { dateStyle: 'medium', timeStyle: 'medium' })}
          </time>
        </summary>
        <div className="grid gap-4 px-2 pt-1 pb-4 text-sm md:grid-cols-2">
          <Values title={t('audit.before')} values={before} />
          <Values title={t('audit.after')} values={after} />
          <p className="text-muted break-all md:col-span-2">
            {targetKind} {targetId} · {t('audit.request')} {entry.requestId}
          </p>
        </div>
      </details>
    </li>
  )
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function Values({ title, values }: { title: string; values: AuditEntry['before'] }) {
  const { t } = useTranslation('admin')
  return (
    <section>
      <h3 className="mb-1 font-semibold">{title}</h3>
      {values === null ? (
        <p className="text-muted">{t('audit.nothing')}</p>
      ) : (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5">
          {Object.entries(values).map(([name, value]) => (
            <Fragment key={name}>
              <dt className="text-muted">{name}</dt>
              <dd className="break-all">{textOf(value)}</dd>
            </Fragment>
          ))}
        </dl>
      )}
    </section>
  )
}
