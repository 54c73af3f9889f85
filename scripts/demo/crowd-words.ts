import type { Locale } from '@parley/protocol/people'
import { pick, type Random } from './random.ts'

const surnames = [
  ['王', 'wang'],
  ['李', 'li'],
  ['张', 'zhang'],
  ['刘', 'liu'],
  ['陈', 'chen'],
  ['杨', 'yang'],
  ['赵', 'zhao'],
  ['黄', 'huang'],
  ['周', 'zhou'],
  ['吴', 'wu'],
  ['徐', 'xu'],
  ['孙', 'sun'],
  ['胡', 'hu'],
  ['朱', 'zhu'],
  ['高', 'gao'],
  ['林', 'lin'],
  ['何', 'he'],
  ['郭', 'guo'],
  ['罗', 'luo'],
  ['梁', 'liang'],
] as const

const givenNames = [
  ['伟', 'wei'],
  ['芳', 'fang'],
  ['娜', 'na'],
  ['敏', 'min'],
  ['静', 'jing'],
  ['磊', 'lei'],
  ['洋', 'yang'],
  ['艳', 'yan'],
  ['勇', 'yong'],
  ['杰', 'jie'],
  ['婷', 'ting'],
  ['浩然', 'haoran'],
  ['子涵', 'zihan'],
  ['雨萱', 'yuxuan'],
  ['思远', 'siyuan'],
  ['佳怡', 'jiayi'],
  ['明轩', 'mingxuan'],
  ['晓东', 'xiaodong'],
  ['文博', 'wenbo'],
  ['欣悦', 'xinyue'],
] as const

const firstNames = [
  'Ada',
  'Ben',
  'Carla',
  'David',
  'Esther',
  'Farid',
  'Greta',
  'Hugo',
  'Irene',
  'Jamal',
  'Karin',
  'Leo',
  'Marta',
  'Nils',
  'Olga',
  'Paul',
  'Rosa',
  'Stefan',
  'Tara',
  'Victor',
] as const

const lastNames = [
  'Adeyemi',
  'Brown',
  'Costa',
  'Dubois',
  'Eriksen',
  'Fischer',
  'Garcia',
  'Haddad',
  'Ivanova',
  'Jensen',
  'Kowalski',
  'Lopez',
  'Mbeki',
  'Novak',
  'Osei',
  'Patel',
  'Rossi',
  'Silva',
  'Tanaka',
  'Walker',
] as const

/** Somebody of the company; the number keeps the username apart from all others. */
export function crowdName(random: Random, number: number): { username: string; displayName: string; locale: Locale } {
  if (random() < 0.55) {
    const [surname, surnameLatin] = pick(random, surnames)
    const [given, givenLatin] = pick(random, givenNames)
    return { username: `${surnameLatin}.${givenLatin}.${number}`, displayName: surname + given, locale: 'zh-CN' }
  }
  const first = pick(random, firstNames)
  const last = pick(random, lastNames)
  return { username: `${first}.${last}.${number}`.toLowerCase(), displayName: `${first} ${last}`, locale: 'en' }
}

const places = [
  'Berlin',
  'Shanghai',
  'Toronto',
  'Lagos',
  'Madrid',
  'Taipei',
  'Singapore',
  'Oslo',
  'Chengdu',
  'Lima',
] as const
const things = [
  'the new dashboard',
  'the build',
  'the staging server',
  'the printer on the third floor',
  'the travel form',
  'the quarterly report',
  'the onboarding page',
  'the search page',
  'the coffee machine',
  'the mobile app',
  'the release calendar',
  'the badge reader',
  'the video call',
  'the invoice tool',
  'the test environment',
] as const
const goodNews = [
  'is back up',
  'works again after a restart',
  'looks much better now',
  'is finally fast',
  'passed every check',
  'has a new version',
  'moved to its new address',
  'remembers where I was',
] as const
const badNews = [
  'is slow this morning',
  'needs a new owner',
  'keeps asking me to sign in',
  'is down for ten minutes at noon',
  'shows yesterday’s data',
  'does not open on my phone',
  'lost my settings',
  'stopped at 99 %',
] as const
const thanks = [
  'Thanks to whoever did that.',
  'Confirmed on my side.',
  'Please try it and tell me.',
  'Good work.',
  'Details are on the wiki: https://wiki.example.com/notes',
  '`npm test` is green on my machine.',
  'See you on Thursday.',
] as const
const asks = [
  'Who knows how to fix it?',
  'Can somebody confirm?',
  'I opened a ticket.',
  'Same for anybody else?',
  'No rush.',
  'I will have a look after lunch.',
  'Until then: https://wiki.example.com/workarounds',
] as const

const greetings = [
  'Good morning from',
  'Hello from',
  'It is raining again in',
  'Lunch plans in',
  'New colleague starting today in',
  'Back at my desk in',
] as const

const zhPlaces = ['上海', '北京', '成都', '深圳', '杭州', '西安', '武汉', '台北', '新加坡', '柏林'] as const
const zhThings = [
  '新看板',
  '构建',
  '预发环境',
  '三楼的打印机',
  '差旅报销表',
  '季度报告',
  '新人入职页',
  '搜索页',
  '咖啡机',
  '手机端',
  '发布日历',
  '门禁',
  '视频会议',
  '发票系统',
  '测试环境',
] as const
const zhGoodNews = [
  '恢复了',
  '重启之后好了',
  '比以前好用多了',
  '终于快了',
  '检查全部通过',
  '有新版本了',
  '换到新地址了',
  '能记住上次的位置了',
] as const
const zhBadNews = [
  '今天早上有点慢',
  '需要找个新负责人',
  '老是让我重新登录',
  '中午会停十分钟',
  '显示的还是昨天的数据',
  '在手机上打不开',
  '把我的设置弄丢了',
  '卡在 99% 不动',
] as const
const zhThanks = [
  '谢谢帮忙的同学。',
  '我这边确认没问题。',
  '大家试试看。',
  '辛苦了！',
  '说明在这里：https://wiki.example.com/notes',
  '周四见。',
] as const
const zhAsks = [
  '有人知道怎么处理吗？',
  '谁能确认一下？',
  '我提了工单。',
  '还有谁也这样？',
  '不着急。',
  '午饭后我看一下。',
  '先这样绕过：https://wiki.example.com/workarounds',
] as const
const zhGreetings = [
  '早上好，这里是',
  '今天下雨了，我在',
  '有人在办公室吗？我在',
  '中午一起吃饭吗，',
  '欢迎新同事，来自',
  '出差回来了，',
] as const

/** Something people say in a room of thousands, mostly in their own language. */
export function crowdText(random: Random, locale: Locale): string {
  const isChinese = (locale === 'zh-CN') === random() < 0.9
  return isChinese ? chineseText(random) : englishText(random)
}

const ticket = (random: Random): number => 10_000 + Math.floor(random() * 80_000)

function englishText(random: Random): string {
  const kind = random()
  if (kind < 0.15) return `${pick(random, greetings)} ${pick(random, places)}.`
  if (kind < 0.25) return pick(random, thanks)
  const thing = pick(random, things)
  const subject = `${thing.charAt(0).toUpperCase()}${thing.slice(1)}`
  if (kind < 0.6) return `${subject} ${pick(random, goodNews)}. ${pick(random, thanks)}`
  const order = random() < 0.4 ? ` (ticket ${ticket(random)})` : ''
  return `${subject} ${pick(random, badNews)}${order}. ${pick(random, asks)}`
}

function chineseText(random: Random): string {
  const kind = random()
  if (kind < 0.15) return `${pick(random, zhGreetings)}${pick(random, zhPlaces)}。`
  if (kind < 0.25) return pick(random, zhThanks)
  const subject = pick(random, zhThings)
  if (kind < 0.6) return `${subject}${pick(random, zhGoodNews)}，${pick(random, zhThanks)}`
  const order = random() < 0.4 ? `（工单 ${ticket(random)}）` : ''
  return `${subject}${pick(random, zhBadNews)}${order}，${pick(random, zhAsks)}`
}
