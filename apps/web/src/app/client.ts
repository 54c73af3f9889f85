import { createParleyClient } from '@parley/client/client'

/** The one client of this tab. The API answers on the page's own origin. */
export const client = createParleyClient({ origin: location.origin })
