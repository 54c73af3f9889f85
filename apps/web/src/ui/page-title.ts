const product = 'Parley'

let page = ''
let count = 0

const show = () => {
  const title = page ? `${page} · ${product}` : product
  document.title = count > 0 ? `(${count > 99 ? '99+' : count}) ${title}` : title
}

/** Names the page in the tab and in the history, for as long as it is shown. */
export const usePageTitle = (title: string) => {
  useEffect(() => {
    page = title
    show()
    return () => {
      page = ''
      show()
    }
  }, [title])
}

/** What waits for the person, in front of the title. */
export const useTitleBadge = (waiting: number) => {
  useEffect(() => {
    count = waiting
    show()
  }, [waiting])
}
