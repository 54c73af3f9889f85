import { say, type GroupConversation } from '../conversation.ts'
import { usernames } from '../people.ts'

/** The room of thousands, and how its long conversation ends. */
export const everyone: GroupConversation = {
  key: 'everyone',
  name: '全员大厅 Everyone',
  topic: 'The whole company. 所有人都在这里。',
  visibility: 'listed',
  creator: 'linwei',
  admins: ['maya', 'malin'],
  members: usernames.filter((username) => username !== 'linwei'),
  picture: ['#f0d9b5', '#7a3e2a'],
  madeHoursAgo: 90 * 24,
  episodes: [
    {
      hoursAgo: 2,
      lines: [
        say('linwei', '各位同事：**2.4 今天发布**，搜索支持中文了，欢迎试用并告诉我们哪里不好。', {
          key: 'news',
          pinnedBy: 'malin',
          reactions: {
            '🎉': ['maya', 'demo', 'wanghao', 'amara', 'chenyt', 'zhaomin'],
            '👏': ['ingrid', 'hana', 'sunlei'],
          },
        }),
        say('maya', 'In English: 2.4 is out today. Search now finds Chinese too. Tell us what is wrong with it.'),
        say('hana', 'It finds Japanese as well, I tried: 検索できました。', {
          replyTo: 'news',
          reactions: { '🇯🇵': ['felix'] },
        }),
        say('malin', '提醒：年度体检的预约周五截止，还没约的同事请抓紧。'),
        say('guoqiang', '今晚 23:00 到 23:10 办公网络会短暂中断，请提前保存。', {
          reactions: { '👌': ['malin', 'linwei', 'tomas'] },
        }),
        say('amara', 'Thank you all. The first customers have noticed already.'),
      ],
    },
  ],
  unread: { demo: 5 },
}
