import { expect } from '@playwright/test'
import { befriend } from '../people.ts'
import { test } from './fixtures.ts'

test('search finds English and Chinese, and leads to the message', async ({ person, seatOf }) => {
  const [annPerson, benPerson] = [await person('ann'), await person('ben')]
  const roomId = await befriend(annPerson, benPerson)
  const say = (text: string) => benPerson.client.outbox.send({ roomId, body: { kind: 'text', text } })
  say('The rollback script was tested twice')
  say('回滚脚本已经试过两次了')
  for (let number = 1; number <= 80; number++) say(`and something else, ${number}`)
  await expect.poll(() => benPerson.client.outbox.isEmpty(), { timeout: 30_000 }).toBe(true)

  const ann = await seatOf(annPerson)
  await ann.page.goto(`/r/${roomId}`)
  await ann.press(ann.page.getByRole('button', { name: /new$/ }))
  await expect(ann.message('and something else, 80')).toBeVisible()
  await ann.press(ann.page.getByRole('button', { name: 'Search in this conversation' }))
  const panel = ann.page.getByRole('complementary')
  const query = panel.getByRole('searchbox', { name: 'Search messages' })
  const hits = panel.getByRole('article')

  await query.fill('rollback tested')
  await expect(hits).toHaveCount(1)
  await expect(hits).toContainText('The rollback script was tested twice')
  await query.fill('回滚')
  await expect(hits).toHaveCount(1)
  await expect(hits).toContainText('回滚脚本已经试过两次了')
  await query.fill('never said by anybody')
  await expect(panel.getByText('Nothing found for')).toBeVisible()

  await query.fill('脚本')
  await ann.press(hits.getByRole('button'))
  await expect(ann.message('回滚脚本已经试过两次了')).toBeInViewport()
})
