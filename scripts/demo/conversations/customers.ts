import { say, type GroupConversation } from '../conversation.ts'

const quote = `From this morning's call, word for word:

> We stopped forwarding screenshots between three apps. People find the conversation, and the file is in it.
> Please do not add a feed.

They have 140 people and two offices.`

export const customers: GroupConversation = {
  key: 'customers',
  name: 'Customers 客户反馈',
  topic: 'What people said, in their own words. 原话优先。',
  visibility: 'listed',
  creator: 'amara',
  admins: ['sunlei'],
  members: ['demo', 'sunlei', 'linwei', 'maya', 'priya', 'ingrid', 'elena', 'xuting'],
  picture: ['#d9a7c7', '#54305c'],
  episodes: [
    {
      hoursAgo: 11 * 24 + 4,
      lines: [
        say('amara', quote, { reactions: { '❤️': ['linwei', 'maya', 'priya', 'demo'] } }),
        say('linwei', '「不要加信息流」，我要把这句贴在墙上。'),
        say('sunlei', '华东这边的客户问得最多的是：能不能部署在自己的机房里。'),
        say('linwei', '可以，一台机器一个 MySQL 就够。文档我让徐婷补一页。', {
          reactions: { '👍': ['sunlei', 'xuting'] },
        }),
      ],
    },
    {
      hoursAgo: 5 * 24 + 7,
      lines: [
        say('elena', 'Survey is in, 851 answers. The short version: 88 % are satisfied, and the rest want search.', {
          attach: ['survey'],
          key: 'survey',
        }),
        say('ingrid', 'The file says 97 for the West, is that a small sample?', { replyTo: 'survey' }),
        say('elena', 'Yes. I would not decide anything on that row alone.'),
        say('maya', 'Search ships on Thursday, so ask them again in a month.', {
          reactions: { '👀': ['elena', 'amara'] },
        }),
      ],
    },
    {
      hoursAgo: 25,
      lines: [
        say('sunlei', '南京的试点客户愿意扩到全公司，合同草稿：', {
          attach: ['contract'],
          reactions: { '🎉': ['amara', 'linwei', 'ingrid', 'demo'] },
        }),
        say('ingrid', 'Read it. Clause 4 needs a date, otherwise fine.'),
        say('sunlei', '好的，我今天补上。'),
        say('amara', 'A voice note from their office manager, worth the four seconds:', { attach: ['voice-note'] }),
      ],
    },
    {
      hoursAgo: 1,
      lines: [
        say('amara', 'First reaction to 2.4, five minutes after it went out: "did you make the search faster?"', {
          reactions: { '🚀': ['maya', 'linwei', 'priya'] },
        }),
        say('sunlei', '我这边也有客户说，中文搜索终于能用了。'),
        say('amara', '@demo two questions came in about moving rooms between workspaces. Could you take them?'),
        say('xuting', '相关的说明在这里：https://docs.example.com/rooms/moving'),
      ],
    },
  ],
  unread: { demo: 2, elena: 4 },
}
