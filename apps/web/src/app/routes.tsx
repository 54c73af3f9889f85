import { lazy } from 'react'
import { useSelector } from 'react-redux'
import { Redirect, Route, Switch, useRoute } from 'wouter'
// Not loaded when it is needed: who is shown it may have lost the server with the session.
import { EndedPage } from '../features/identity/ended-page.tsx'
import { selectEndReason, selectIdentityStatus } from '../features/identity/identity-slice.ts'
import { Restoring } from './restoring.tsx'

const SignInPage = lazy(() => import('../features/identity/sign-in-page.tsx'))
const RegisterPage = lazy(() => import('../features/identity/register-page.tsx'))
const ForgotPage = lazy(() => import('../features/identity/forgot-page.tsx'))
const ResetPage = lazy(() => import('../features/identity/reset-page.tsx'))
const VerifyEmailPage = lazy(() => import('../features/identity/verify-email-page.tsx'))
const JoinPage = lazy(() => import('../features/workspaces/join-page.tsx'))
const Workspace = lazy(() => import('./workspace.tsx'))

/** Signed out, signed in, or not known yet. */
export function Routes() {
  const status = useSelector(selectIdentityStatus)
  const endReason = useSelector(selectEndReason)
  const [isJoining, invitation] = useRoute('/join/:token')
  const [isResetting] = useRoute('/reset-password')
  const [isVerifying] = useRoute('/verify-email')
  if (status === 'restoring') return <Restoring />
  if (isJoining) return <JoinPage token={invitation.token} />
  if (isResetting) return <ResetPage />
  if (isVerifying) return <VerifyEmailPage />
  if (status === 'signedIn') return <Workspace />
  if (endReason) return <EndedPage reason={endReason} />
  return (
    <Switch>
      <Route path="/signin" component={SignInPage} />
      <Route path="/register" component={RegisterPage} />
      <Route path="/forgot-password" component={ForgotPage} />
      <Route>
        <Redirect to={`/signin?next=${encodeURIComponent(location.pathname + location.search)}`} replace />
      </Route>
    </Switch>
  )
}
