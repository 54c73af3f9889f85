import { say, type GroupConversation } from '../conversation.ts'

const tokens = `Proposal for the new tokens, nothing else changes:

\`\`\`json
{
  "fg.default": { "light": "#1c2430", "dark": "#e6e9ee" },
  "fg.muted":   { "light": "#566171", "dark": "#9aa5b4" },
  "accent":     { "light": "#2f6fb2", "dark": "#6ea8e0" }
}
\`\`\`

All pairs are at 4.5:1 or better, I measured.`

export const design: GroupConversation = {
  key: 'design',
  name: '设计 Design',
  topic: 'Pictures first, opinions second.',
  visibility: 'listed',
  creator: 'zhaomin',
  admins: ['jonas'],
  members: ['demo', 'jonas', 'priya', 'liuyang', 'linwei', 'hana', 'yutong'],
  picture: ['#e5d68f', '#8a5a2b'],
  episodes: [
    {
      hoursAgo: 10 * 24 + 6,
      lines: [
        say('zhaomin', '第一版放上來了，大家隨意看，先不要太客氣。', { attach: ['wireframe-desktop'], key: 'first' }),
        say('jonas', 'I like how quiet the list is. The composer could breathe a little more.', { replyTo: 'first' }),
        say('priya', 'Focus order works with the keyboard alone, which I did not expect from a picture 🙂'),
        say('liuyang', '列表行高 52 还是 56？虚拟滚动我想提前定下来。'),
        say('zhaomin', '56，中文需要多一點呼吸。', { reactions: { '👍': ['liuyang', 'jonas', 'hana'] } }),
      ],
    },
    {
      hoursAgo: 6 * 24 + 2,
      lines: [
        say('jonas', tokens, { key: 'tokens', pinnedBy: 'zhaomin', reactions: { '❤️': ['zhaomin', 'priya'] } }),
        say('hana', 'Could we check `fg.muted` on the tinted rows too? In Japanese the thin strokes disappear first.', {
          replyTo: 'tokens',
        }),
        say('jonas', 'Good catch. 4.7:1 there, so it holds, but only just.'),
        say('yutong', '请问为什么深色不直接反转浅色？'),
        say('zhaomin', '因為反轉之後陰影會變成發光。深色要自己配一套。', {
          reactions: { '💡': ['yutong', 'liuyang'] },
        }),
      ],
    },
    {
      hoursAgo: 27,
      lines: [
        say('zhaomin', '兩個顏色方案，左邊藍色，右邊紫色，投票吧：', {
          attach: ['wireframe-desktop', 'wireframe-dark-accent'],
          key: 'vote',
        }),
        say('priya', 'Blue.', { replyTo: 'vote', reactions: { '💙': ['jonas', 'linwei', 'demo'] } }),
        say('linwei', '蓝色。紫色好看，但和错误提示的红色放一起有点乱。'),
        say('hana', 'Blue, please.'),
        say('zhaomin', '那就藍色，謝謝大家。', { afterMinutes: 22, edited: '那就藍色，謝謝大家，今天把規範改完。' }),
      ],
    },
    {
      hoursAgo: 3.1,
      lines: [
        say('zhaomin', '手機版的輸入框：', { attach: ['wireframe-phone'], key: 'phone' }),
        say('liuyang', '键盘弹出时它跟着走吗？', { replyTo: 'phone' }),
        say('zhaomin', '跟著走，安全區也留好了。'),
        say('jonas', 'Then I have nothing left to complain about. Shipping it?', {
          reactions: { '🎉': ['zhaomin', 'priya', 'liuyang', 'hana'] },
        }),
      ],
    },
  ],
}
