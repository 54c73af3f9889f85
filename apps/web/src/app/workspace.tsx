import { Redirect, Route, Switch, useLocation, useRoute } from 'wouter'
import { lazy, Suspense, type MouseEvent } from 'react'
import { useSelector } from 'react-redux'
import { RoomList } from '../features/rooms/room-list.tsx'
import { selectWarning } from '../features/moderation/moderation-slice.ts'
import { selectWaiting } from '../features/rooms/rooms-slice.ts'
import { Switcher } from '../features/rooms/switcher.tsx'
import { isSection as isAdminSection } from '../features/admin/sections.ts'
import { isSection as isRelaySection } from '../features/relay/sections.ts'
import { isSection } from '../features/settings/sections.ts'
import { selectConnectionState } from '../realtime/connection-slice.ts'
import { ConnectionState } from '../ui/connection-state.tsx'
import { Frame, mainId } from '../ui/frame/frame.tsx'
import { useTitleBadge } from '../ui/page-title.ts'
import { useShortcut } from '../ui/shortcuts.ts'
import { usePanel } from '../ui/frame/use-panel.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import { BottomBar, Rail } from './navigation.tsx'
import { Home, NotFound, PickPerson } from './home.tsx'

const RoomPage = lazy(async () => ({ default: (await import('./room-page.tsx')).RoomPage }))
const SidePanel = lazy(async () => ({ default: (await import('../features/rooms/side-panel.tsx')).SidePanel }))
const DirectoryPage = lazy(async () => ({
  default: (await import('../features/rooms/directory-page.tsx')).DirectoryPage,
}))
const InvitePage = lazy(async () => ({ default: (await import('../features/rooms/invite-page.tsx')).InvitePage }))

const PeopleList = lazy(async () => ({ default: (await import('../features/people/people-list.tsx')).PeopleList }))
const PersonPage = lazy(async () => ({ default: (await import('../features/people/person-page.tsx')).PersonPage }))
const WarningDialog = lazy(() => import('../features/moderation/warning-dialog.tsx'))
const HelpSheet = lazy(() => import('./help-sheet.tsx'))
const SettingsPage = lazy(() => import('../features/settings/settings-page.tsx'))
const AdminPage = lazy(() => import('../features/admin/admin-page.tsx'))
const AdminList = lazy(async () => ({ default: (await import('../features/admin/admin-list.tsx')).AdminList }))
const RelayPage = lazy(() => import('../features/relay/relay-page.tsx'))
const RelayList = lazy(async () => ({ default: (await import('../features/relay/relay-list.tsx')).RelayList }))
const SettingsList = lazy(async () => ({
  default: (await import('../features/settings/settings-list.tsx')).SettingsList,
}))

/** Addresses at which a phone shows the list of what is below them. */
const listPaths = new Set(['/people', '/relay', '/settings', '/admin'])

/** What somebody signed in sees. */
export default function Workspace() {
  const connection = useSelector(selectConnectionState)
  const [path] = useLocation()
  const [inRoom, room] = useRoute('/r/:roomId/*?')
  const { panel, closePanel } = usePanel()
  useTitleBadge(useSelector(selectWaiting))
  const help = useGlobalShortcuts()
  const isWarned = useSelector(selectWarning) !== null
  const { t } = useTranslation('app')
  const parts = path.split('/').filter(Boolean)
  // The first level of a section is its list; a page of its own, as the directory is, has none.
  const phoneShows = parts.length === 0 || listPaths.has(path) ? 'list' : 'main'

  return (
    <>
      <a
        href={`#${mainId}`}
        onClick={focusMain}
        className="bg-fg text-raised sr-only z-60 rounded-md px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t('skip')}
      </a>
      <Frame
        title="Parley"
        rail={<Rail />}
        bottomBar={<BottomBar />}
        notice={<ConnectionState state={connection} />}
        phoneShows={phoneShows}
        list={
          <Suspense fallback={null}>
            <List />
          </Suspense>
        }
        main={
          // By room or person, not by address: a jump within a conversation must not begin it anew.
          <ErrorBoundary key={parts.slice(0, 2).join('/')}>
            <Suspense fallback={null}>
              <Main />
            </Suspense>
          </ErrorBoundary>
        }
        panel={
          inRoom && panel ? (
            <Suspense fallback={null}>
              <SidePanel roomId={room.roomId} name={panel} />
            </Suspense>
          ) : undefined
        }
        onClosePanel={closePanel}
      />
      <Suspense fallback={null}>
        <Switcher />
        {isWarned && <WarningDialog />}
        {help.open && <HelpSheet onClose={help.close} />}
      </Suspense>
    </>
  )
}

/** Moves the focus without an entry in the history. */
const focusMain = (event: MouseEvent) => {
  event.preventDefault()
  document.getElementById(mainId)?.focus()
}

/** Shortcuts that work everywhere. */
const useGlobalShortcuts = () => {
  const { t } = useTranslation('app')
  const [, navigate] = useLocation()
  const [open, setOpen] = useState(false)
  useShortcut({ keys: '?', description: t('help.open'), run: () => setOpen(true) })
  useShortcut({ keys: 'Mod+,', description: t('help.settings'), whileTyping: true, run: () => navigate('/settings') })
  return { open, close: () => setOpen(false) }
}

function List() {
  const [, settings] = useRoute('/settings/:section?')
  const [, admin] = useRoute('/admin/:section?')
  const [, relay] = useRoute('/relay/:section?')
  const section = settings?.section ?? ''
  const relaySection = relay?.section ?? ''
  const adminSection = admin?.section ?? ''
  return (
    <Switch>
      <Route path="/people/*?" component={PeopleList} />
      <Route path="/settings/*?">
        <SettingsList current={isSection(section) ? section : undefined} />
      </Route>
      <Route path="/relay/*?">
        <RelayList current={isRelaySection(relaySection) ? relaySection : undefined} />
      </Route>
      <Route path="/admin/*?">
        <AdminList current={isAdminSection(adminSection) ? adminSection : undefined} />
      </Route>
      <Route component={RoomList} />
    </Switch>
  )
}

/** Where somebody goes after signing in: to the page they first asked for, if it is one of ours. */
const nextPath = () => {
  const next = new URLSearchParams(location.search).get('next')
  return next?.startsWith('/') && !next.startsWith('//') ? next : '/'
}

function Main() {
  return (
    <Switch>
      <Route path="/" component={Home} />
      <Route path="/r/:roomId">{({ roomId }) => <RoomPage key={roomId} roomId={roomId} />}</Route>
      <Route path="/r/:roomId/m/:seq">
        {({ roomId, seq }) => <RoomPage key={roomId} roomId={roomId} seq={Number(seq)} />}
      </Route>
      <Route path="/people" component={PickPerson} />
      <Route path="/people/:name">{({ name }) => <PersonPage username={decodeURIComponent(name)} />}</Route>
      <Route path="/settings">
        <SettingsPage section="profile" />
      </Route>
      <Route path="/settings/:section">
        {({ section }) => (isSection(section) ? <SettingsPage section={section} /> : <NotFound />)}
      </Route>
      <Route path="/relay">
        <RelayPage section="overview" />
      </Route>
      <Route path="/relay/:section">
        {({ section }) => (isRelaySection(section) ? <RelayPage section={section} /> : <NotFound />)}
      </Route>
      <Route path="/admin">
        <AdminPage />
      </Route>
      <Route path="/admin/:section">
        {({ section }) => (isAdminSection(section) ? <AdminPage section={section} /> : <NotFound />)}
      </Route>
      <Route path="/directory" component={DirectoryPage} />
      <Route path="/invite/:token">{({ token }) => <InvitePage token={token} />}</Route>
      <Route path="/signin">
        <Redirect to={nextPath()} replace />
      </Route>
      <Route path="/register">
        <Redirect to={nextPath()} replace />
      </Route>
      <Route component={NotFound} />
    </Switch>
  )
}
