import { lazy } from 'react'
import { useSelector } from 'react-redux'
import { Redirect, Route, Switch } from 'wouter'
import { selectIdentityStatus } from '../features/identity/identity-slice.ts'
import { Restoring } from './restoring.tsx'

const SignInPage = lazy(() => import('../features/identity/sign-in-page.tsx'))
const RegisterPage = lazy(() => import('../features/identity/register-page.tsx'))
const Workspace = lazy(() => import('./workspace.tsx'))

/** Signed out, signed in, or not known yet. */
export function Routes() {
  const status = useSelector(selectIdentityStatus)
  if (status === 'restoring') return <Restoring />
  if (status === 'signedIn') return <Workspace />
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
