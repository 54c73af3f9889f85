import type { Locale } from '@parley/protocol/people'

interface Letter {
  subject: string
  text: string
}

type Texts = Record<Locale, { subject: string; before: string; after: string }>

const verifyTexts: Texts = {
  en: {
    subject: 'Verify your e-mail address',
    before: 'Open this link to verify your address on Parley:',
    after: 'It works once, for a day. If you have no account there, ignore this mail.',
  },
  'zh-CN': {
    subject: '验证你的邮箱地址',
    before: '打开此链接，验证你在 Parley 的邮箱地址：',
    after: '链接一天内有效，只能使用一次。如果你没有注册过，请忽略此邮件。',
  },
  'zh-TW': {
    subject: '驗證你的電子郵件地址',
    before: '開啟此連結，驗證你在 Parley 的電子郵件地址：',
    after: '連結一天內有效，只能使用一次。如果你沒有註冊過，請忽略此郵件。',
  },
}

const resetTexts: Texts = {
  en: {
    subject: 'Set a new password',
    before: 'Open this link to set a new password on Parley:',
    after: 'It works once, for an hour. If you did not ask for it, ignore this mail: your password stays as it is.',
  },
  'zh-CN': {
    subject: '设置新密码',
    before: '打开此链接，设置你在 Parley 的新密码：',
    after: '链接一小时内有效，只能使用一次。如果不是你本人申请的，请忽略此邮件，密码不会改变。',
  },
  'zh-TW': {
    subject: '設定新密碼',
    before: '開啟此連結，設定你在 Parley 的新密碼：',
    after: '連結一小時內有效，只能使用一次。如果不是你本人申請的，請忽略此郵件，密碼不會改變。',
  },
}

/** What stands in the mail that carries a link. */
export function letterFor(purpose: 'verify' | 'reset', locale: Locale, link: string): Letter {
  const { subject, before, after } = (purpose === 'verify' ? verifyTexts : resetTexts)[locale]
  return { subject, text: `${before}\n\n${link}\n\n${after}\n` }
}
