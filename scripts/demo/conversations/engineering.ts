import { say, type GroupConversation } from '../conversation.ts'

const upsert = `今天踩的坑，记一下：

\`\`\`ts
// 先比较 change，再覆盖：晚到的旧包不能盖掉新的行
const next = known && known.change >= row.change ? known : row
\`\`\`

之前少了这个判断，编辑过的消息偶尔会「变回去」。`

const backend: GroupConversation = {
  key: 'backend',
  name: '后端 Backend',
  topic: 'Storage, sync, queues.',
  visibility: 'listed',
  creator: 'chenyt',
  members: ['demo', 'tomas', 'felix', 'wanghao', 'elena', 'yutong'],
  episodes: [
    {
      hoursAgo: 7 * 24 + 3,
      lines: [
        say('chenyt', upsert, { key: 'upsert', reactions: { '👍': ['tomas', 'felix'], '🐛': ['yutong'] } }),
        say('yutong', '为什么不用时间戳比较？', { replyTo: 'upsert' }),
        say('chenyt', '两台机器的钟不会一样，change 是在锁里递增的，一定有先后。'),
        say('tomas', 'And it is dense, so a hole tells you that something is missing. A timestamp never does.'),
        say('yutong', '懂了，谢谢！', { reactions: { '🌱': ['chenyt', 'tomas'] } }),
      ],
    },
    {
      hoursAgo: 2 * 24 + 5,
      lines: [
        say(
          'felix',
          'Benchmarks of the new index, 100,000 messages:\n\n- `deploy` 9 ms\n- `发布` 11 ms\n- `的` 48 ms, as it should be',
        ),
        say('elena', 'Nice. Is that p50 or p99?'),
        say('felix', 'p99. The p50 is not interesting any more.', {
          reactions: { '🔥': ['tomas', 'chenyt', 'elena'] },
        }),
      ],
    },
  ],
}

const frontend: GroupConversation = {
  key: 'frontend',
  name: 'Frontend',
  topic: 'Fast, quiet, by keyboard.',
  visibility: 'listed',
  creator: 'priya',
  members: ['demo', 'liuyang', 'jonas', 'daniel', 'hana', 'yutong'],
  episodes: [
    {
      hoursAgo: 6 * 24 + 8,
      lines: [
        say('liuyang', '首屏从 340 KB 压到 231 KB，编辑器和表情面板改成用到时再加载。', {
          reactions: { '🚀': ['priya', 'daniel', 'jonas'] },
        }),
        say('daniel', 'On the phone from 2017: 4.1 s before, 2.3 s now.'),
        say('priya', 'axe is clean on every page as of today. Please keep it that way, it runs on each commit.'),
      ],
    },
    {
      hoursAgo: 30,
      lines: [
        say('hana', 'Enter sends while the Japanese keyboard is still composing, on Safari only.', { key: 'ime' }),
        say('priya', '`keyCode === 229` there, `isComposing` is already false. Fixed, with a test.', {
          replyTo: 'ime',
          reactions: { '🙏': ['hana', 'liuyang'] },
        }),
        say('hana', 'Confirmed, thank you.'),
      ],
    },
  ],
}

const mobile: GroupConversation = {
  key: 'mobile',
  name: 'Mobile 移动端',
  topic: 'Everything below 700 pixels.',
  visibility: 'listed',
  creator: 'daniel',
  members: ['priya', 'liuyang', 'huangjie', 'zhaomin'],
  episodes: [
    {
      hoursAgo: 50,
      lines: [
        say('daniel', 'Back button now closes the side panel first, then the room. Try to break it.'),
        say('huangjie', '试了十分钟，没弄坏。', { reactions: { '😂': ['daniel', 'liuyang'] } }),
      ],
    },
  ],
}

export const engineering = [backend, frontend, mobile]
