import { say, type PrivateConversation } from '../conversation.ts'

/** What two people write to each other. */
export const direct: PrivateConversation[] = [
  {
    key: 'demo-maya',
    between: ['demo', 'maya'],
    episodes: [
      {
        hoursAgo: 4 * 24,
        lines: [
          say('maya', 'Hi Alex, good to have you here. Ask me anything, nothing is too small.'),
          say('demo', 'Thanks! Where do I find what was decided about the freeze?'),
          say('maya', 'Press Ctrl-K and type "freeze". Or look at the pinned messages of the release room.', {
            reactions: { '👍': ['demo'] },
          }),
          say('demo', 'Found it, that was quick.'),
        ],
      },
      {
        hoursAgo: 5,
        lines: [
          say('maya', 'Could you read the notes before they go out? You see them with fresh eyes.'),
          say('demo', 'Done, two commas and one question mark. The rest is clear.'),
          say('maya', 'You are a treasure.', { reactions: { '😊': ['demo'] } }),
        ],
      },
    ],
  },
  {
    key: 'demo-linwei',
    between: ['linwei', 'demo'],
    episodes: [
      {
        hoursAgo: 2 * 24 + 3,
        lines: [
          say('linwei', '欢迎加入！中文英文都可以，怎么顺手怎么来。'),
          say('demo', '谢谢！我的中文还在学，说错了请告诉我。'),
          say('linwei', '已经很好了 😄', { reactions: { '🙏': ['demo'] } }),
        ],
      },
      {
        hoursAgo: 0.7,
        lines: [
          say('linwei', '发布之后一起吃晚饭？七点，老地方。'),
          say('linwei', '我把地址发你：人民路 18 号，二楼。'),
        ],
      },
    ],
    unread: { demo: 2 },
  },
  {
    key: 'demo-priya',
    between: ['demo', 'priya'],
    episodes: [
      {
        hoursAgo: 29,
        lines: [
          say('demo', 'Is there a list of the shortcuts somewhere?'),
          say('priya', 'Press `?` anywhere outside a text field.'),
          say('demo', 'Of course. Thank you.', { reactions: { '⌨️': ['priya'] } }),
        ],
      },
    ],
  },
  {
    key: 'demo-chenyt',
    between: ['chenyt', 'demo'],
    episodes: [
      {
        hoursAgo: 3 * 24 + 8,
        lines: [
          say('demo', '服务器突然断电的话，刚发出去的消息会丢吗？'),
          say(
            'chenyt',
            '界面上显示「已发送」的就不会：先提交到数据库，再回确认。没确认的会自动重发，同一个 clientId 不会出现两次。',
          ),
          say('demo', '明白了，很安心。', { reactions: { '💪': ['chenyt'] } }),
        ],
      },
    ],
  },
  {
    key: 'demo-amara',
    between: ['amara', 'demo'],
    episodes: [
      {
        hoursAgo: 50,
        lines: [
          say('amara', 'The deck for tomorrow, please have a look when you can.', { attach: ['contract'] }),
          say('demo', 'Reads well. I would start with the quote from the call.'),
        ],
      },
    ],
  },
  {
    key: 'chenyt-tomas',
    between: ['chenyt', 'tomas'],
    episodes: [
      {
        hoursAgo: 33,
        lines: [
          say('tomas', 'Can you review the rollback script?'),
          say('chenyt', 'Looks good. One thing: run it in a transaction.'),
          say('tomas', 'Done.'),
        ],
      },
    ],
  },
]
