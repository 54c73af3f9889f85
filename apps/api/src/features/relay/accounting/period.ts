/** Stretches of time that have a quota of their own, in UTC; weeks begin on Monday. */
export type Period = 'day' | 'week' | 'month'

/** The numbers of a moment's periods: days and weeks since 1970, months since year 0. */
export type PeriodNumbers = Record<Period, number>

const dayMs = 86_400_000
/** 1970 began on a Thursday: its first week began three days before. */
const daysBefore1970 = 3

/** Which day, week and month a moment is in. */
export function periodsAt(now: Date): PeriodNumbers {
  const day = Math.floor(now.getTime() / dayMs)
  return {
    day,
    week: Math.floor((day + daysBefore1970) / 7),
    month: now.getUTCFullYear() * 12 + now.getUTCMonth(),
  }
}

/** When the period that a moment is in ends. */
export function endOf(period: Period, now: Date): Date {
  const { day, week, month } = periodsAt(now)
  if (period === 'day') return new Date((day + 1) * dayMs)
  if (period === 'week') return new Date(((week + 1) * 7 - daysBefore1970) * dayMs)
  return new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1))
}
