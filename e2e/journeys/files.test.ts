import { readFile } from 'node:fs/promises'
import { expect } from '@playwright/test'
import { befriend } from '../people.ts'
import { test } from './fixtures.ts'

test('two people share an image and a file', async ({ person, seatOf }) => {
  const [annPerson, benPerson] = [await person('ann'), await person('ben')]
  const roomId = await befriend(annPerson, benPerson)
  const [ann, ben] = [await seatOf(annPerson), await seatOf(benPerson)]
  await Promise.all([ann.page.goto(`/r/${roomId}`), ben.page.goto(`/r/${roomId}`)])

  await ann.attach([
    { name: 'screen.png', mimeType: 'image/png', buffer: await ben.page.screenshot() },
    { name: '会议 notes.txt', mimeType: 'text/plain', buffer: Buffer.from('bring cake') },
  ])
  await expect(ann.page.getByRole('list', { name: 'Files to send' }).getByRole('listitem')).toHaveCount(2)
  await ann.say('as promised')

  const shared = ben.message('as promised')
  const picture = shared.getByRole('img', { name: 'screen.png' })
  await expect(picture).toBeVisible()
  await expect.poll(() => picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBeGreaterThan(0)
  await ben.press(shared.getByRole('button', { name: 'Open screen.png' }))
  const lightbox = ben.page.getByRole('dialog')
  await expect(lightbox.getByRole('img', { name: 'screen.png' })).toBeVisible()
  await ben.page.keyboard.press('Escape')
  await expect(lightbox).toHaveCount(0)

  const downloading = ben.page.waitForEvent('download')
  await ben.press(shared.getByRole('link', { name: '会议 notes.txt' }))
  const download = await downloading
  expect(download.suggestedFilename()).toBe('会议 notes.txt')
  expect(await readFile(await download.path(), 'utf8')).toBe('bring cake')
})
