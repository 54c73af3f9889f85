import { say, type GroupConversation } from '../conversation.ts'

const migration = `Rehearsed the migration on a copy of production:

\`\`\`sql
ALTER TABLE messages
  ADD INDEX messages_change (room_id, \`change\`),
  ALGORITHM=INPLACE, LOCK=NONE;
\`\`\`

4 min 12 s for 38 million rows, writes never blocked for longer than 90 ms.`

const notes = `Draft of the notes:

1. **Search finds Chinese** as well as English, in every room you are in
2. Reconnecting after a train tunnel takes one request instead of forty
3. Files up to 100 MB, with a progress bar that tells the truth
4. ~~Dark mode~~ moved to 2.5, see the design room`

const plan = `发布计划（时间都是北京时间）

| 时间 | 做什么 | 谁 |
| --- | --- | --- |
| 14:00 | 冻结分支 | Maya |
| 15:00 | 灰度 5% | 王浩 |
| 16:00 | 全量 | 王浩 |
| 17:00 | 发公告 | 徐婷 |`

/** English and Chinese in one room, as such teams talk. */
export const release: GroupConversation = {
  key: 'release',
  name: 'Release 2.4',
  topic: 'Freeze on Tuesday, out on Thursday. 发布说明和进度都在这里。',
  visibility: 'listed',
  creator: 'maya',
  admins: ['linwei'],
  members: ['demo', 'linwei', 'chenyt', 'tomas', 'wanghao', 'priya', 'nora', 'huangjie', 'xuting', 'samuel', 'felix'],
  picture: ['#b7d3c6', '#2c5364'],
  episodes: [
    {
      hoursAgo: 12 * 24 + 3,
      lines: [
        say('maya', 'Welcome. Everything about 2.4 happens in this room, so that nobody has to ask twice.'),
        say('maya', 'The checklist, please tick your own boxes:', {
          attach: ['checklist'],
          pinnedBy: 'maya',
          reactions: { '👍': ['tomas', 'priya', 'linwei'] },
        }),
        say('linwei', '收到，文档部分我和徐婷一起看。'),
        say('tomas', migration, {
          key: 'migration',
          reactions: { '🚀': ['maya', 'chenyt', 'demo'], '👏': ['samuel'] },
        }),
        say('chenyt', '索引我复核过了，没问题。另外加了一个回滚脚本。', { replyTo: 'migration' }),
        say('nora', 'I will run the old client against the new server over night, all 1,140 cases.'),
      ],
    },
    {
      hoursAgo: 8 * 24 + 5,
      lines: [
        say('nora', '1,139 of 1,140 passed. The last one is a clock in the test, not in the product.'),
        say('huangjie', '安卓老版本我也跑了一遍，附件上传偶尔卡在 99%，我再看看。', { key: 'upload' }),
        say('priya', 'That one is ours: the progress event arrives before the answer does. Fix is up:', {
          replyTo: 'upload',
        }),
        say(
          'priya',
          '```ts\n// The bytes are out, but only the answer says that they are kept.\nconst shown = sent === total ? Math.min(share, 0.99) : share\n```',
        ),
        say('huangjie', '新包验证通过 ✅', { reactions: { '🎉': ['priya', 'linwei', 'maya'] } }),
        say('samuel', 'Security review is done, two small things, both merged. Nothing blocks.'),
      ],
    },
    {
      hoursAgo: 3 * 24 + 2,
      lines: [
        say('xuting', notes, { key: 'notes' }),
        say('linwei', '第一条写得好。第二条能不能少一点技术味道？', { replyTo: 'notes' }),
        say('xuting', '改成「信号恢复后马上接上，一条都不会少」怎么样？', {
          reactions: { '👍': ['linwei', 'maya', 'demo'] },
        }),
        say('maya', 'In English: "Back in a second after the tunnel, and nothing is missing."'),
        say('felix', 'Tokenizer for mixed text is in. `发布2.4` now finds both the words and the number.', {
          edited: 'Tokenizer for mixed text is in. `发布2.4` and `release 2.4` both find what you would expect.',
        }),
        say('tomas', 'Who has the production password?', { isRecalled: true }),
        say('samuel', 'Nobody. It is in the vault, and I saw nothing.', {
          reactions: { '😂': ['maya', 'chenyt', 'nora', 'demo'] },
        }),
      ],
    },
    {
      hoursAgo: 26,
      lines: [
        say('linwei', plan, { key: 'plan', pinnedBy: 'linwei', reactions: { '👌': ['wanghao', 'maya', 'xuting'] } }),
        say('wanghao', '灰度的看板已经准备好了，p99 超过 60 毫秒就自动停。', { replyTo: 'plan' }),
        say('maya', 'Branch is cut: `release/2.4`. From now on only fixes, and only with two reviews.'),
        say('chenyt', '最后一个修复：重连时先比对 epoch，再决定补多少。', { afterMinutes: 95 }),
        say('tomas', 'Reviewed, merged. That was the last open box on my side.'),
      ],
    },
    {
      hoursAgo: 1.4,
      lines: [
        say('wanghao', '灰度一小时，p99 41 毫秒，错误率 0。', { attach: ['latency-chart'], key: 'canary' }),
        say('maya', 'The bump in the middle is the backup from last night?', { replyTo: 'canary' }),
        say('wanghao', '对，备份已经限速，今晚不会再有。'),
        say('maya', 'Then we go. @demo could you watch the customers room for the first hour?', {
          reactions: { '🚀': ['tomas', 'priya', 'linwei', 'chenyt', 'nora'] },
        }),
        say('linwei', '全量开始！大家辛苦了 🎉', {
          reactions: { '🎉': ['maya', 'tomas', 'huangjie', 'xuting', 'felix'] },
        }),
        say('nora', 'Smoke tests green on production. Writing this from the new version.'),
      ],
    },
  ],
  unread: { demo: 2, samuel: 6, felix: 3 },
}
