import { median } from './measure.ts'

/** How long and how often a job measures. */
export interface Effort {
  rounds: number
  seconds: number
}

/** One line of the table. */
export interface Line {
  job: string
  what: string
  ours: string
  reference: string
  /** Ours over the reference's, both medians of the same interleaved rounds. */
  ratio?: number
  aim?: { most: number } | { least: number }
}

const verdict = ({ ratio, aim }: Line): string => {
  if (ratio === undefined || !aim) return ''
  const isMet = 'most' in aim ? ratio <= aim.most : ratio >= aim.least
  return `${'most' in aim ? `<= ${aim.most}` : `>= ${aim.least}`} ${isMet ? 'ok' : 'below'}`
}

/** Writes the lines as a Markdown table, which a terminal shows well enough and the README takes as it is. */
export function table(lines: readonly Line[]): string {
  const rows = lines.map((line) => [
    line.job,
    line.what,
    line.ours,
    line.reference,
    line.ratio?.toFixed(2) ?? '',
    verdict(line),
  ])
  const all = [['job', 'measured', 'parley', 'reference', 'ratio', 'aim'], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? []
  const write = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = all
  return [write(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(write)].join('\n')
}

/**
 * Measures ours and the references in turn, round by round: what the machine does meanwhile then hits all of them alike.
 */
export async function interleave<Result>(
  rounds: number,
  measures: readonly (() => Promise<Result>)[],
): Promise<Result[][]> {
  const results: Result[][] = measures.map(() => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, measure] of measures.entries()) results[index]?.push(await measure())
  }
  return results
}

export const medianOf = <Result>(results: readonly Result[] | undefined, pick: (result: Result) => number): number =>
  median((results ?? []).map(pick))

export const rate = (perSecond: number): string => `${Math.round(perSecond).toLocaleString('en')}/s`
export const milliseconds = (ms: number): string => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`
export const microseconds = (us: number): string => `${us.toFixed(us < 10 ? 1 : 0)} us CPU`
