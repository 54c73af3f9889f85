import { asc, desc, type SQLWrapper } from 'drizzle-orm'

const usualRows = 20

interface Wanted {
  page?: number | undefined
  per_page?: number | undefined
}

/** Which rows a page of a list is. */
export const rowsOf = ({ page = 1, per_page: limit = usualRows }: Wanted) => ({ limit, offset: (page - 1) * limit })

/** Sorting by the column that an `order` such as `-created_at` names, and among equals by the row's id. */
export function orderBy<Order extends string>(order: Order, columns: Record<Order, SQLWrapper>, id: SQLWrapper) {
  const way = order.startsWith('-') ? desc : asc
  return [way(columns[order]), way(id)]
}
