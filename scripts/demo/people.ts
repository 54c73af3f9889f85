import type { Locale } from '@parley/protocol/people'

/** One password for everybody in the demo, so that anybody can be looked at from the inside. Never for real accounts. */
export const demoPassword = 'parley-demo'

export interface Person {
  displayName: string
  bio: string
  locale: Locale
  status?: string
  github?: string
  wechat?: string
  /** Colours of a drawn avatar; without them the product's own generated one shows. */
  avatar?: [sky: string, hill: string]
}

/** The product team of a small company. `demo` is whoever looks around, and is made first: its age dates everything else. */
export const people = {
  demo: {
    displayName: 'Alex Demo',
    bio: 'Looks around. Everybody in this workspace is invented.',
    locale: 'en',
    status: 'Trying Parley',
    avatar: ['#7c9cbf', '#2f4a67'],
  },
  linwei: {
    displayName: '林薇',
    bio: '产品负责人。喜欢把问题说清楚。',
    locale: 'zh-CN',
    status: '在准备 2.4 发布',
    wechat: 'linwei-demo',
    avatar: ['#e8b98a', '#8c4a2f'],
  },
  maya: {
    displayName: 'Maya Lindqvist',
    bio: 'Release manager. If it is not written down it did not happen.',
    locale: 'en',
    status: 'Release week',
    github: 'maya-demo',
    avatar: ['#b7d3c6', '#386150'],
  },
  chenyt: {
    displayName: '陈雨桐',
    bio: '后端工程师，主要写存储和同步。',
    locale: 'zh-CN',
    github: 'chenyt-demo',
    avatar: ['#c3b8dd', '#4f3f7a'],
  },
  tomas: {
    displayName: 'Tomás Herrera',
    bio: 'Backend. Databases, queues, and the occasional paella.',
    locale: 'en',
    github: 'tomas-demo',
  },
  wanghao: {
    displayName: '王浩',
    bio: '运维，值班组长。凌晨三点也请先看看板。',
    locale: 'zh-CN',
    status: '本周值班',
    avatar: ['#9fc5d8', '#1f5470'],
  },
  priya: {
    displayName: 'Priya Raman',
    bio: 'Frontend and accessibility. Keyboard first.',
    locale: 'en',
    github: 'priya-demo',
    avatar: ['#f0c9c0', '#9b3d3d'],
  },
  zhaomin: {
    displayName: '趙敏',
    bio: '設計師，住台北。字體控。',
    locale: 'zh-TW',
    status: '畫圖中',
    avatar: ['#e5d68f', '#7a6a1c'],
  },
  jonas: {
    displayName: 'Jonas Weber',
    bio: 'Design systems, tokens, and too many notebooks.',
    locale: 'en',
  },
  liuyang: {
    displayName: '刘洋',
    bio: '前端工程师。慢就是错。',
    locale: 'zh-CN',
    github: 'liuyang-demo',
  },
  amara: {
    displayName: 'Amara Okafor',
    bio: 'Customer success. I bring you what people actually said.',
    locale: 'en',
    status: 'With customers until 4',
    avatar: ['#d9a7c7', '#6a2c5b'],
  },
  sunlei: {
    displayName: '孙磊',
    bio: '客户成功，负责华东区。',
    locale: 'zh-CN',
    wechat: 'sunlei-demo',
  },
  nora: { displayName: 'Nora Bakker', bio: 'Quality. Breaks things before others do.', locale: 'en' },
  huangjie: { displayName: '黄洁', bio: '测试工程师，养两只猫。', locale: 'zh-CN', avatar: ['#a8d0b0', '#2c5e3a'] },
  samuel: { displayName: 'Samuel Reyes', bio: 'Security. Please do not paste keys here.', locale: 'en' },
  xuting: { displayName: '徐婷', bio: '技术文档。一句话能说清楚的不写两句。', locale: 'zh-CN' },
  ingrid: { displayName: 'Ingrid Solberg', bio: 'Finance and everything with a spreadsheet.', locale: 'en' },
  malin: { displayName: '马琳', bio: '人事与行政。', locale: 'zh-CN', status: '招聘中：后端、设计' },
  daniel: { displayName: 'Daniel Kim', bio: 'Mobile. Tests on the oldest phone in the drawer.', locale: 'en' },
  guoqiang: { displayName: '郭强', bio: '网络与机房。', locale: 'zh-CN' },
  elena: { displayName: 'Elena Petrova', bio: 'Data. Ask me for numbers, not for opinions.', locale: 'en' },
  yutong: { displayName: '余彤', bio: '实习生，什么都想学。', locale: 'zh-CN', avatar: ['#f2d1a0', '#a25c1a'] },
  felix: { displayName: 'Félix Moreau', bio: 'Search and languages. Writes tokenizers for fun.', locale: 'en' },
  hana: { displayName: 'Hana Sato', bio: 'Localisation. 東京から参加しています。', locale: 'en' },
} satisfies Record<string, Person>

export type Username = keyof typeof people

export const isUsername = (name: string): name is Username => Object.hasOwn(people, name)

export const usernames = Object.keys(people).filter(isUsername)

export const emailOf = (username: string): string => `${username}@demo.example.com`

/** Who is friends with whom, and so can write in private. */
export const friendships: [Username, Username][] = [
  ['demo', 'maya'],
  ['demo', 'linwei'],
  ['demo', 'priya'],
  ['demo', 'chenyt'],
  ['demo', 'amara'],
  ['chenyt', 'tomas'],
]

/** Who asked `demo` and waits for an answer. */
export const openRequests: Username[] = ['felix', 'yutong']
