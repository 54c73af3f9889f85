import { useSearchParams } from 'wouter'

export interface Sorting {
  sort: string
  order: 'asc' | 'desc'
  /** Sorts by a column; a second time the other way round. */
  sortBy: (column: string) => void
}

/** What a table is narrowed down to and sorted by. It stands in the address, so that a reload and a link show the same. */
export const useTableState = <Filter extends string>(sorted: Omit<Sorting, 'sortBy'>) => {
  const [parameters, setParameters] = useSearchParams()
  const set = useCallback(
    (changes: Record<string, string>) =>
      setParameters(
        (before) => {
          const after = new URLSearchParams(before)
          for (const [name, value] of Object.entries(changes)) {
            if (value === '') after.delete(name)
            else after.set(name, value)
          }
          return after
        },
        { replace: true },
      ),
    [setParameters],
  )
  const sort = parameters.get('sort') ?? sorted.sort
  const order = (parameters.get('order') ?? sorted.order) === 'asc' ? 'asc' : 'desc'
  const valueOf = (filter: Filter) => parameters.get(filter) ?? ''
  const sorting: Sorting = {
    sort,
    order,
    sortBy: (column) => set({ sort: column, order: column === sort && order === 'asc' ? 'desc' : 'asc' }),
  }
  return { valueOf, set: (filter: Filter, value: string) => set({ [filter]: value }), sorting }
}

/** What stands in an address as one of the values that are known, if it is one. */
export const oneOf = <Value extends string>(values: readonly Value[], value: string): Value | undefined =>
  values.find((each) => each === value)
