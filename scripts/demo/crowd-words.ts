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
  'the quarterly numbers',
  'the onboarding page',
  'the search page',
  'the coffee machine',
  'the mobile app',
  'the release notes',
  'the badge reader',
  'the video call',
  'the invoice tool',
  'the test environment',
] as const
const states = [
  'is back up',
  'is slow this morning',
  'works again after a restart',
  'looks much better now',
  'needs a new owner',
  'has a new version',
  'keeps asking me to sign in',
  'is finally fast',
  'is down for ten minutes at noon',
  'passed every check',
  'moved to another address',
  'shows yesterday’s data',
] as const
const asks = [
  'Who knows how to fix it?',
  'Thanks to whoever did that.',
  'Can somebody confirm?',
  'I opened a ticket.',
  'Same here.',
  'No rush.',
  'Please try again and tell me.',
  'I will have a look after lunch.',
  'Details are on the wiki: https://wiki.example.com/notes',
  '`npm test` is green on my machine.',
  'See you on Thursday.',
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
  '季度数据',
  '新人入职页',
  '搜索页',
  '咖啡机',
  '手机端',
  '发布说明',
  '门禁',
  '视频会议',
  '发票系统',
  '测试环境',
] as const
const zhStates = [
  '恢复了',
  '今天早上有点慢',
  '重启之后好了',
  '比以前好用多了',
  '需要找个新负责人',
  '有新版本了',
  '老是让我重新登录',
  '终于快了',
  '中午会停十分钟',
  '检查全部通过',
  '换地址了',
  '显示的还是昨天的数据',
] as const
const zhAsks = [
  '有人知道怎么处理吗？',
  '谢谢帮忙的同学。',
  '谁能确认一下？',
  '我提了工单。',
  '我这边也是。',
  '不着急。',
  '麻烦再试一次告诉我结果。',
  '午饭后我看一下。',
  '说明在这里：https://wiki.example.com/notes',
  '周四见。',
  '收到。',
] as const
const zhGreetings = [
  '早上好，这里是',
  '今天下雨了，我在',
  '有人在办公室吗？我在',
  '中午一起吃饭吗，',
  '欢迎新同事，来自',
  '出差回来了，',
] as const

/** Something people say in a room of thousands. */
export function crowdText(random: Random): string {
  const isChinese = random() < 0.5
  const kind = random()
  if (isChinese) {
    if (kind < 0.15) return `${pick(random, zhGreetings)}${pick(random, zhPlaces)}。`
    if (kind < 0.3) return pick(random, zhAsks)
    const order = random() < 0.2 ? `（工单 ${10_000 + Math.floor(random() * 80_000)}）` : ''
    return `${pick(random, zhThings)}${pick(random, zhStates)}${order}，${pick(random, zhAsks)}`
  }
  if (kind < 0.15) return `${pick(random, greetings)} ${pick(random, places)}.`
  if (kind < 0.3) return pick(random, asks)
  const order = random() < 0.2 ? ` (ticket ${10_000 + Math.floor(random() * 80_000)})` : ''
  const thing = pick(random, things)
  return `${thing.charAt(0).toUpperCase()}${thing.slice(1)} ${pick(random, states)}${order}. ${pick(random, asks)}`
}
