import type { LoadPage } from '../../ui/use-pages.ts'

const rowsPerPage = 50

interface NumberedPage<Row> {
  rows: readonly Row[]
  /** Rows of all pages together. */
  total: number
}

/** The relay's lists count their pages; here a page's number is the cursor to it. */
export const byNumber =
  <Row>(
    ask: (page: { page: number; per_page: number }, signal: AbortSignal) => Promise<NumberedPage<Row>>,
  ): LoadPage<Row> =>
  async (cursor, signal) => {
    const page = cursor === undefined ? 1 : Number(cursor)
    const { rows, total } = await ask({ page, per_page: rowsPerPage }, signal)
    return { items: rows, nextCursor: page * rowsPerPage < total ? String(page + 1) : null }
  }
