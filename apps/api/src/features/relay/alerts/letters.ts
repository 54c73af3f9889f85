import type { Locale } from '@parley/protocol/people'
import type { Alert, BanAlert, BudgetAlert, BudgetOwner } from './alert.ts'

interface Letter {
  subject: string
  text: string
}

interface Words {
  owners: Record<BudgetOwner['kind'], (name: string) => string>
  periods: Record<BudgetAlert['period'], string>
  budgetSubject: (owner: string, percent: number) => string
  budget: (owner: string, period: string, used: string, quota: string) => string
  /** At 80 % and at 100 %. */
  meaning: Record<80 | 100, string>
  renews: (at: string) => string
  never: string
  banSubject: (channel: string) => string
  ban: (channel: string, until: string) => string
}

const words: Record<Locale, Words> = {
  en: {
    owners: {
      workspace: (name) => `workspace ${name}`,
      group: (name) => `group ${name}`,
      token: (name) => `token ${name}`,
    },
    periods: { total: 'total', day: 'daily', week: 'weekly', month: 'monthly' },
    budgetSubject: (owner, percent) => `${percent} % of the budget of ${owner} is used`,
    budget: (owner, period, used, quota) =>
      `The ${period} budget of ${owner} for model APIs: ${used} of ${quota} is used.`,
    meaning: { 80: 'Calls are still answered.', 100: 'Calls are refused until the budget is raised or begins anew.' },
    renews: (at) => `It begins anew at ${at}.`,
    never: 'It does not begin anew by itself.',
    banSubject: (channel) => `Channel ${channel} is failing`,
    ban: (channel, until) =>
      `Channel ${channel} failed too often and is not called until ${until}. Other channels with the same models answer meanwhile; where there are none, calls are refused.\n\nThe test of the channel says what is wrong.`,
  },
  'zh-CN': {
    owners: {
      workspace: (name) => `工作区“${name}”`,
      group: (name) => `分组“${name}”`,
      token: (name) => `令牌“${name}”`,
    },
    periods: { total: '总', day: '每日', week: '每周', month: '每月' },
    budgetSubject: (owner, percent) => `${owner}的预算已使用 ${percent}%`,
    budget: (owner, period, used, quota) => `${owner}的模型接口${period}预算：共 ${quota}，已使用 ${used}。`,
    meaning: { 80: '调用仍会正常应答。', 100: '在提高预算或预算重新开始之前，调用会被拒绝。' },
    renews: (at) => `预算将于 ${at} 重新开始。`,
    never: '此预算不会自动重新开始。',
    banSubject: (channel) => `渠道“${channel}”出现故障`,
    ban: (channel, until) =>
      `渠道“${channel}”失败次数过多，在 ${until} 之前不会被调用。期间由提供相同模型的其他渠道应答；如果没有这样的渠道，调用会被拒绝。\n\n测试该渠道可以查看原因。`,
  },
  'zh-TW': {
    owners: {
      workspace: (name) => `工作區「${name}」`,
      group: (name) => `群組「${name}」`,
      token: (name) => `權杖「${name}」`,
    },
    periods: { total: '總', day: '每日', week: '每週', month: '每月' },
    budgetSubject: (owner, percent) => `${owner}的預算已使用 ${percent}%`,
    budget: (owner, period, used, quota) => `${owner}的模型介面${period}預算：共 ${quota}，已使用 ${used}。`,
    meaning: { 80: '呼叫仍會正常回應。', 100: '在提高預算或預算重新開始之前，呼叫會被拒絕。' },
    renews: (at) => `預算將於 ${at} 重新開始。`,
    never: '此預算不會自動重新開始。',
    banSubject: (channel) => `通道「${channel}」發生故障`,
    ban: (channel, until) =>
      `通道「${channel}」失敗次數過多，在 ${until} 之前不會被呼叫。期間由提供相同模型的其他通道回應；如果沒有這樣的通道，呼叫會被拒絕。\n\n測試該通道可以查看原因。`,
  },
}

const microsPerUnit = 1_000_000

/** Micro-units as units, exact, with two decimals or as many as it takes. */
function amount(micros: number): string {
  const decimals = String(Math.abs(micros) % microsPerUnit).padStart(6, '0')
  return `${Math.trunc(micros / microsPerUnit)}.${decimals.replace(/0{1,4}$/, '')}`
}

const moment = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`

function budgetLetter(alert: BudgetAlert, said: Words): Letter {
  const owner = said.owners[alert.owner.kind](alert.owner.name || alert.owner.id)
  const lines = [
    said.budget(owner, said.periods[alert.period], amount(alert.usedMicros), amount(alert.quotaMicros)),
    said.meaning[alert.percent],
    alert.renewsAt === null ? said.never : said.renews(moment(alert.renewsAt)),
  ]
  return { subject: said.budgetSubject(owner, alert.percent), text: `${lines.join('\n\n')}\n` }
}

function banLetter({ channel, until }: BanAlert, said: Words): Letter {
  const name = channel.name || channel.id
  return { subject: said.banSubject(name), text: `${said.ban(name, moment(until))}\n` }
}

/** What stands in the mail that tells of a budget or a ban. */
export function letterFor(alert: Alert, locale: Locale): Letter {
  return alert.type === 'relay.budget' ? budgetLetter(alert, words[locale]) : banLetter(alert, words[locale])
}
