import { Button } from '@chakra-ui/react'
import { Ban, Check, Ellipsis, Flag, MessageCircle, UserMinus, UserPlus, X } from 'lucide-react'
import type { PublicUser } from '@parley/protocol/people'
import { lazy, Suspense } from 'react'
import { useSelector } from 'react-redux'
import { Link, useLocation } from 'wouter'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { selectStanding, type PeopleRoot, type Standing } from './people-slice.ts'
import { useRelationActions } from './use-relation-actions.ts'

const ReportDialog = lazy(() => import('../moderation/report-dialog.tsx'))

/** What one can do with somebody, by what they are to oneself. */
export function PersonActions({ user }: { user: PublicUser }) {
  const { t } = useTranslation('people')
  const standing = useSelector((root: PeopleRoot) => selectStanding(root, user.id))
  const [confirming, setConfirming] = useState(false)
  const [reporting, setReporting] = useState(false)
  const { remove, shut, lift } = useRelationActions()
  if (!standing) return null
  if (standing.relation === 'self') {
    return (
      <Button variant="outline" asChild>
        <Link to="/settings/profile">{t('action.edit')}</Link>
      </Button>
    )
  }
  const friend = standing.relation === 'friend'
  return (
    <div className="flex items-center gap-2">
      {standing.blocked ? (
        <Button variant="outline" onClick={() => lift(user.id)}>
          {t('action.unblock')}
        </Button>
      ) : (
        <MainAction user={user} standing={standing} />
      )}
      {(friend || !standing.blocked) && (
        <Menu
          trigger={
            <IconButton label={t('action.more')}>
              <Ellipsis />
            </IconButton>
          }
          groups={[
            friend
              ? [
                  {
                    id: 'remove',
                    label: t('action.remove'),
                    icon: <UserMinus />,
                    danger: true,
                    run: () => setConfirming(true),
                  },
                ]
              : [],
            [{ id: 'report', label: t('action.report'), icon: <Flag />, run: () => setReporting(true) }],
            standing.blocked
              ? []
              : [{ id: 'block', label: t('action.block'), icon: <Ban />, danger: true, run: () => void shut(user.id) }],
          ]}
        />
      )}
      {reporting && (
        <Suspense fallback={null}>
          <ReportDialog about={{ userId: user.id }} name={user.displayName} onClose={() => setReporting(false)} />
        </Suspense>
      )}
      {confirming && (
        <ConfirmDialog
          title={t('remove.title', { name: user.displayName })}
          confirmLabel={t('action.remove')}
          onClose={() => setConfirming(false)}
          onConfirm={async () => {
            await remove(user.id)
            setConfirming(false)
          }}
        >
          {t('remove.text')}
        </ConfirmDialog>
      )}
    </div>
  )
}

function MainAction({ user, standing: { relation, roomId } }: { user: PublicUser; standing: Standing }) {
  const { t } = useTranslation('people')
  const [, navigate] = useLocation()
  const { ask, accept, decline, withdraw } = useRelationActions()
  if (relation === 'friend') {
    return (
      roomId && (
        <Button onClick={() => navigate(`/r/${roomId}`)}>
          <MessageCircle />
          {t('action.message')}
        </Button>
      )
    )
  }
  if (relation === 'incoming') {
    return (
      <>
        <Button onClick={() => accept(user.id)}>
          <Check />
          {t('action.accept')}
        </Button>
        <Button variant="outline" onClick={() => decline(user.id)}>
          {t('action.decline')}
        </Button>
      </>
    )
  }
  if (relation === 'requested') {
    return (
      <Button variant="outline" onClick={() => withdraw(user.id)}>
        <X />
        {t('action.withdraw')}
      </Button>
    )
  }
  return (
    <Button onClick={() => ask(user.id)}>
      <UserPlus />
      {t('action.ask')}
    </Button>
  )
}
