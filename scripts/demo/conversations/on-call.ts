import { say, type GroupConversation } from '../conversation.ts'

const slowQuery = `慢查询找到了：

\`\`\`sql
SELECT * FROM message_terms
 WHERE MATCH (terms) AGAINST ('+zzdeploy*' IN BOOLEAN MODE)
 ORDER BY created_at DESC LIMIT 21;
-- 1.8 s，临时表落盘
\`\`\`

\`tmp_table_size\` 调到 64M 之后 40 ms。`

const runbook = `**交接清单**

- 告警先确认再处理，确认按钮在看板右上角
- 重启之前先抓一份堆栈：\`kill -USR1 <pid>\`
- 数据库的事找陈雨桐，网络的事找郭强
- 处理完写复盘，**对事不对人**`

export const onCall: GroupConversation = {
  key: 'on-call',
  name: '运维值班',
  topic: '值班交接、告警和复盘。紧急的事请直接打电话。',
  visibility: 'invite',
  creator: 'wanghao',
  admins: ['guoqiang'],
  members: ['demo', 'guoqiang', 'chenyt', 'tomas', 'samuel', 'linwei', 'huangjie'],
  picture: ['#9fc5d8', '#1f3f54'],
  episodes: [
    {
      hoursAgo: 15 * 24,
      lines: [
        say('wanghao', runbook, { pinnedBy: 'wanghao', reactions: { '👍': ['guoqiang', 'chenyt', 'tomas'] } }),
        say('guoqiang', '这周我值班，有事喊我。'),
        say('tomas', 'Swapping Friday with Samuel, the calendar is updated.'),
      ],
    },
    {
      hoursAgo: 9 * 24 + 4,
      lines: [
        say('guoqiang', '3 号机柜换了一块硬盘，全程没有影响业务。'),
        say('wanghao', '辛苦，冗余就该这么用。', { reactions: { '🙏': ['guoqiang'] } }),
        say('samuel', 'Certificates renew on the 3rd. They renew by themselves, this is only so that you know.'),
      ],
    },
    {
      hoursAgo: 4 * 24 + 1,
      lines: [
        say('huangjie', '搜索有点慢，有人在看吗？', { key: 'slow' }),
        say('chenyt', '在看。', { replyTo: 'slow' }),
        say('chenyt', slowQuery, {
          afterMinutes: 17,
          reactions: { '👏': ['wanghao', 'huangjie', 'demo'] },
        }),
        say('tomas', 'Same setting is now in the template for new machines.'),
        say('wanghao', '好，监控里加一条：临时表落盘次数。'),
      ],
    },
    {
      hoursAgo: 10,
      lines: [
        say('wanghao', '🔴 02:14 告警：消息 p99 超过 120 毫秒', { key: 'alert' }),
        say('guoqiang', '我在。磁盘带宽被占满了。', { replyTo: 'alert', afterMinutes: 4 }),
        say('chenyt', '从库在做全量备份，先限速。', { afterMinutes: 3 }),
        say('guoqiang', '备份限到 40 MB/s，正在回落。', { afterMinutes: 9 }),
        say('wanghao', '🟢 02:40 恢复，p99 43 毫秒。', {
          afterMinutes: 9,
          reactions: { '✅': ['guoqiang', 'chenyt', 'tomas'] },
        }),
        say('chenyt', '核对过了：确认过的消息全部在库，seq 连续，没有一条丢失。', {
          reactions: { '🙏': ['wanghao', 'demo', 'linwei'] },
        }),
      ],
    },
    {
      hoursAgo: 2.2,
      lines: [
        say('wanghao', '复盘写好了，欢迎补充：', { attach: ['incident', 'latency-chart'] }),
        say('linwei', '写得很清楚。要不要跟客户说一声？'),
        say('wanghao', '影响只有 26 分钟的延迟，我建议在周报里提一句就好。@demo 你觉得呢？'),
        say('samuel', 'Agree. Said plainly, once, with the time and the cause.'),
        say('guoqiang', '今晚我盯着备份。'),
      ],
    },
  ],
  unread: { demo: 3, huangjie: 5 },
}
