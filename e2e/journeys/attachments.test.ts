import { expect, type Locator, type Page } from '@playwright/test'
import { befriend } from '../people.ts'
import { test } from './fixtures.ts'

const filesToSend = (page: Page) => page.getByRole('list', { name: 'Files to send' }).getByRole('listitem')

/** How wide a picture or film is once it is loaded. */
const widthOf = (media: Locator) =>
  media.evaluate(
    (element: { naturalWidth?: number; videoWidth?: number }) => element.naturalWidth ?? element.videoWidth,
  )

/** Half a second of a film, as a browser records it: without its length in the head. */
async function recordFilm(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate<string>(`(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 })
    const context = canvas.getContext('2d')
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: 'video/webm' })
    const parts = []
    recorder.ondataavailable = ({ data }) => parts.push(data)
    const stopped = new Promise((resolve) => { recorder.onstop = resolve })
    recorder.start()
    for (let frame = 0; frame < 10; frame++) {
      context.fillStyle = frame % 2 ? 'teal' : 'orange'
      context.fillRect(0, 0, 320, 180)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    recorder.stop()
    await stopped
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer())
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  })()`)
  return Buffer.from(base64, 'base64')
}

test('a picture is pasted, and two files are dropped', async ({ person, seatOf, hasTouch }) => {
  test.skip(hasTouch, 'A finger neither pastes nor drops files.')
  const [annPerson, benPerson] = [await person('ann'), await person('ben')]
  const roomId = await befriend(annPerson, benPerson)
  const ann = await seatOf(annPerson)
  const { page } = ann
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`/r/${roomId}`)

  await test.step('paste', async () => {
    await ann.field.focus()
    await page.evaluate(`(async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 })
      canvas.getContext('2d').fillRect(8, 8, 32, 16)
      const picture = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })])
    })()`)
    await page.keyboard.press('Control+V')
    await expect(filesToSend(page)).toHaveCount(1)
    await ann.say('from the clipboard')
    const picture = ann.message('from the clipboard').getByRole('img', { name: 'image.png' })
    await expect.poll(() => widthOf(picture)).toBe(64)
  })

  await test.step('drop', async () => {
    const carried = await page.evaluateHandle(`(() => {
      const carried = new DataTransfer()
      carried.items.add(new File(['one'], 'one.txt', { type: 'text/plain' }))
      carried.items.add(new File(['two'], '第二.csv', { type: 'text/csv' }))
      return carried
    })()`)
    const history = page.getByRole('list', { name: 'Messages' })
    await history.dispatchEvent('dragenter', { dataTransfer: carried })
    await expect(page.getByText('Drop files to attach them')).toBeVisible()
    await history.dispatchEvent('dragover', { dataTransfer: carried })
    await history.dispatchEvent('drop', { dataTransfer: carried })
    await expect(page.getByText('Drop files to attach them')).toHaveCount(0)
    await expect(filesToSend(page)).toHaveCount(2)
    await ann.say('dropped here')
    await expect(ann.message('dropped here').getByRole('link', { name: 'one.txt' })).toBeVisible()
    await expect(ann.message('dropped here').getByRole('link', { name: '第二.csv' })).toBeVisible()
  })
})

test('a film is sent and plays for the other', async ({ person, seatOf }) => {
  const [annPerson, benPerson] = [await person('ann'), await person('ben')]
  const roomId = await befriend(annPerson, benPerson)
  const [ann, ben] = [await seatOf(annPerson), await seatOf(benPerson)]
  await Promise.all([ann.page.goto(`/r/${roomId}`), ben.page.goto(`/r/${roomId}`)])
  await ann.attach([{ name: 'walk.webm', mimeType: 'video/webm', buffer: await recordFilm(ann.page) }])
  await ann.say('look where I am')
  const film = ben.message('look where I am').getByLabel('walk.webm')
  await expect.poll(() => widthOf(film)).toBe(320)
})

test('a picture of oneself is shown to others, until it is removed', async ({ person, seatOf }) => {
  const [annPerson, benPerson] = [await person('ann'), await person('ben')]
  const roomId = await befriend(annPerson, benPerson)
  const [ann, ben] = [await seatOf(annPerson), await seatOf(benPerson)]
  await Promise.all([ann.page.goto('/settings/profile'), ben.page.goto(`/r/${roomId}`)])
  const shown = ben.page.locator('header img').first()
  await expect(ben.field).toBeVisible()
  await expect(shown).toHaveCount(0)

  const choosing = ann.page.waitForEvent('filechooser')
  await ann.press(ann.page.getByRole('button', { name: 'Choose a picture' }))
  const picture = { name: 'me.png', mimeType: 'image/png', buffer: await ben.page.screenshot() }
  await (await choosing).setFiles([picture])
  const remove = ann.page.getByRole('button', { name: 'Remove' })
  await expect(remove).toBeVisible()
  await expect.poll(() => widthOf(shown)).toBeGreaterThan(0)

  await ann.press(remove)
  await expect(remove).toHaveCount(0)
  await expect(shown).toHaveCount(0)
})
