import { randomUUID } from 'node:crypto'
import { expect } from '@playwright/test'
import { test, uniqueName } from './fixtures.ts'

const account = (username: string) => ({
  username,
  email: `${username}@example.com`,
  password: `long ${randomUUID()}`,
})

test('two people register, befriend and talk', async ({ seat }) => {
  const ann = { account: account(uniqueName('ann')), ...(await seat()) }
  const ben = { account: account(uniqueName('ben')), ...(await seat()) }

  await test.step('they register', async () => {
    await Promise.all([ann.register(ann.account), ben.register(ben.account)])
  })

  await test.step('they find each other and become friends', async () => {
    await ann.goTo('People')
    await ann.page.getByRole('searchbox', { name: 'Find people' }).fill(ben.account.username)
    await ann.press(ann.page.getByRole('link', { name: ben.account.username }))
    await ann.press(ann.page.getByRole('button', { name: 'Add friend' }))
    await ben.goTo('People')
    await ben.press(ben.page.getByRole('link', { name: ann.account.username }))
    await ben.press(ben.page.getByRole('button', { name: 'Accept' }))
    await ann.press(ann.page.getByRole('button', { name: 'Message' }))
    await ben.press(ben.page.getByRole('button', { name: 'Message' }))
  })

  await test.step('they talk both ways, and see when the other types and has read', async () => {
    await ann.say('good morning, Ben')
    await expect(ben.message('good morning, Ben')).toBeVisible()
    await expect(ann.message('good morning, Ben').getByRole('img', { name: 'Read' })).toBeVisible()
    await ben.field.pressSequentially('good')
    await expect(ann.page.getByText(`${ben.account.username} is typing…`)).toBeVisible()
    await ben.say('good morning, Ann')
    await expect(ann.message('good morning, Ann')).toBeVisible()
    await expect(ann.page.getByText(/is typing/)).toHaveCount(0)
  })

  await test.step('they edit', async () => {
    await ann.say('see you at tree')
    await ann.choose(ann.message('see you at tree'), 'Edit')
    await ann.page.getByRole('textbox', { name: 'Edit the message' }).fill('see you at three')
    await ann.press(ann.page.getByRole('button', { name: 'Save' }))
    await expect(ben.message('see you at three').getByText('Edited')).toBeVisible()
    await expect(ben.message('see you at tree')).toHaveCount(0)
  })

  await test.step('they react', async () => {
    await ben.react(ben.message('see you at three'))
    const chip = ann.message('see you at three').getByRole('button', { name: '🎉, 1 person' })
    await expect(chip).toHaveAttribute('aria-pressed', 'false')
    await ann.press(chip)
    await expect(ben.message('see you at three').getByRole('button', { name: '🎉, 2 people' })).toBeVisible()
  })

  await test.step('they reply', async () => {
    await ben.choose(ben.message('see you at three'), 'Reply')
    await ben.say('three it is')
    await expect(ann.message('three it is').getByRole('button', { name: /see you at three/ })).toBeVisible()
  })

  await test.step('they recall', async () => {
    await ben.say('never mind this')
    await expect(ann.message('never mind this')).toBeVisible()
    await ben.choose(ben.message('never mind this'), 'Recall')
    await ben.press(
      ben.page.getByRole('dialog', { name: 'Recall this message?' }).getByRole('button', { name: 'Recall' }),
    )
    await expect(ann.message('Message recalled')).toBeVisible()
    await expect(ann.message('never mind this')).toHaveCount(0)
  })
})
