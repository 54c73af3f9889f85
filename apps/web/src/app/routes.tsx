import { lazy } from 'react'
import { useSelector } from 'react-redux'
import { Redirect, Route, Switch, useRoute } from 'wouter'
import { selectEndReason, selectIdentityStatus } from '../features/identity/identity-slice.ts'
import { Restoring } from './restoring.tsx'

const SignInPage = lazy(() => import('../features/identity/sign-in-page.tsx'))
const RegisterPage = lazy(() => import('../features/identity/register-page.tsx'))
const EndedPage = lazy(() => import('../features/identity/ended-page.tsx'))
const JoinPage = lazy(() => import('../features/workspaces/join-page.tsx'))
const Workspace = lazy(() => import('./workspace.tsx'))

/** Signed out, signed in, or not known yet. */
export function Routes() {
  const status = useSelector(selectIdentityStatus)
  const endReason = useSelector(selectEndReason)
  const [isJoining, invitation] = useRoute('/join/:token')
  if (status === 'restoring') return <Restoring />
  if (isJoining) return <JoinPage token={invitation.token} />
  if (status === 'signedIn') return <Workspace />
  if (endReason) return <EndedPage reason={endReason} />
  return (
    <Switch>
      <Route path="/signin" component={SignInPage} />
      <Route path="/register" component={RegisterPage} />
      <Route>
        <Redirect to={`/signin?next=${encodeURIComponent(location.pathname + location.search)}`} replace />
      </Route>
    </Switch>
  )
}
