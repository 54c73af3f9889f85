import { say, type GroupConversation } from '../conversation.ts'
import { usernames } from '../people.ts'

const random: GroupConversation = {
  key: 'random',
  name: '闲聊 Random',
  topic: 'Weather, lunch, cats.',
  visibility: 'listed',
  creator: 'malin',
  members: usernames.filter((username) => username !== 'malin'),
  picture: ['#eeb184', '#6a4c7d'],
  episodes: [
    {
      hoursAgo: 8 * 24 + 2,
      lines: [
        say('malin', '周五团建的照片到了，先放三张：', {
          attach: ['mountains', 'forest', 'coast'],
          reactions: { '😍': ['linwei', 'amara', 'hana', 'huangjie'], '🏔️': ['ingrid'] },
        }),
        say('ingrid', 'The second one is my new wallpaper.'),
        say('guoqiang', '腿还在疼。', { reactions: { '😂': ['wanghao', 'malin', 'sunlei', 'demo'] } }),
      ],
    },
    {
      hoursAgo: 3 * 24 + 6,
      lines: [
        say('huangjie', '我家猫学会开冰箱了，求助。', {
          key: 'cat',
          reactions: { '🐱': ['yutong', 'hana', 'amara'], '😂': ['tomas', 'nora'] },
        }),
        say('nora', 'That is not a bug, that is a feature request.', { replyTo: 'cat' }),
        say('tomas', 'Child lock, 3 euros, saved my marriage.'),
        say('felix', 'Does anybody want two tickets for the concert on Saturday? I am ill.'),
        say('yutong', '我！我要！', { reactions: { '🎶': ['felix'] } }),
      ],
    },
    {
      hoursAgo: 4.5,
      lines: [
        say('amara', 'Sunset from the office window, no filter:', {
          attach: ['sunset'],
          reactions: { '🌇': ['hana', 'malin', 'priya'], '❤️': ['demo'] },
        }),
        say('linwei', '今晚发布完请大家喝奶茶，要的接龙：\n1. 林薇，少糖'),
        say('chenyt', '2. 陈雨桐，无糖，加珍珠'),
        say('wanghao', '3. 王浩，全糖，值班需要'),
        say('huangjie', '4. 黄洁，少冰', { reactions: { '🧋': ['linwei', 'chenyt', 'wanghao', 'malin'] } }),
      ],
    },
  ],
  unread: { demo: 2, daniel: 5, elena: 8 },
}

const books: GroupConversation = {
  key: 'books',
  name: 'Book club',
  topic: 'One book a month, no homework.',
  visibility: 'listed',
  creator: 'ingrid',
  members: ['hana', 'felix', 'amara', 'xuting', 'elena'],
  episodes: [
    {
      hoursAgo: 5 * 24,
      lines: [
        say('ingrid', 'December: something short, please. I did not finish November.'),
        say('xuting', '推荐《边城》，两个晚上就能读完。', { reactions: { '📖': ['hana', 'amara'] } }),
        say('felix', 'There is a good English translation as well.'),
      ],
    },
  ],
}

const running: GroupConversation = {
  key: 'running',
  name: '跑步群',
  topic: '每周三、周六早上，河边集合。',
  visibility: 'listed',
  creator: 'sunlei',
  members: ['guoqiang', 'malin', 'tomas', 'daniel', 'yutong'],
  episodes: [
    {
      hoursAgo: 75,
      lines: [
        say('sunlei', '周六八点，五公里，配速随意。'),
        say('tomas', 'Count me in, slowly.'),
        say('malin', '下雨就改室内。', { reactions: { '👌': ['sunlei', 'guoqiang', 'daniel'] } }),
      ],
    },
  ],
}

export const social = [random, books, running]
