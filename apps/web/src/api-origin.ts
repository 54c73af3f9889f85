const named = document.querySelector<HTMLMetaElement>('meta[name="api-origin"]')?.content ?? ''

/** Whether the API answers on another origin than the page's; the build writes it into the page. */
export const isApiElsewhere = named !== ''

/** Where the API answers: the one place that decides it. */
export const apiOrigin = isApiElsewhere ? named : location.origin

/**
 * For `crossOrigin` of pictures and players: the files cookie goes with the request, and the API answers origins it lists.
 * Without it the browser would refuse what comes from another site.
 */
export const mediaCrossOrigin = isApiElsewhere ? 'use-credentials' : undefined
