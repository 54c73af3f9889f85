import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect } from '@playwright/test'
import type { Rest } from '@parley/client/rest'
import { grantToPerson } from '@parley/protocol/access-contracts'
import { createGroup } from '@parley/protocol/relay'
import { createChannel, deleteChannel, listChannels } from '@parley/protocol/relay-channels'
import { setModelConfig } from '@parley/protocol/relay-models'
import { test, uniqueName } from './fixtures.ts'

const run = promisify(execFile)
/** Where the official client that the pasted lines import is installed. */
const withOpenai = resolve(import.meta.dirname, '../../packages/test-upstream')

/** Other journeys of this stack may have been here. */
async function removeChannels(rest: Rest) {
  const { data } = await rest.call(listChannels, { query: { per_page: 100 } })
  await Promise.all(data.channels.map(({ id }) => rest.call(deleteChannel, { params: { id }, query: {} })))
}

const addTestChannel = async (rest: Rest) => {
  await removeChannels(rest)
  const models = ['test-small', 'slow-200', 'status-500']
  const name = uniqueName('Test')
  await rest.call(createChannel, { body: { name, type: 'test', base_url: 'failures', models } })
}

test('the first run: a channel, a test of it, a token, and the pasted lines arrive', async ({ stack, seatOf }) => {
  await removeChannels(stack.operator.client.rest)
  const { page, press } = await seatOf(stack.operator)
  await page.goto('/relay/overview')
  await expect(page).toHaveURL(/\/relay\/start$/)
  await press(page.getByRole('button', { name: 'Use the built-in test upstream' }))
  await press(page.getByRole('button', { name: /^Test Built-in/ }))
  await expect(page.getByText(/answered in/)).toBeVisible()
  await page.getByLabel('Name').fill(uniqueName('First '))
  await press(page.getByRole('button', { name: 'Make token' }))
  await expect(page.getByText('Waiting for the first call')).toBeVisible()

  const lines = page.getByRole('group', { name: 'Lines to paste' })
  const authority = stack.gateway?.certificateAuthorityFile
  const env = { ...process.env, CURL_CA_BUNDLE: authority, NODE_EXTRA_CA_CERTS: authority }
  const curl = await run('sh', ['-c', (await lines.textContent()) ?? ''], { env })
  const answer: unknown = JSON.parse(curl.stdout)
  expect(answer).toMatchObject({ choices: [{ message: { content: expect.stringContaining('Say hello') } }] })
  await expect(page.getByText(/^The first call arrived: test-small, status 200/)).toBeVisible()

  await press(page.getByText('Node', { exact: true }))
  await expect(lines).toContainText('import OpenAI')
  const node = ['--input-type=module', '-e', (await lines.textContent()) ?? '']
  const { stdout } = await run(process.execPath, node, { cwd: withOpenai, env })
  expect(stdout).toContain('Say hello')

  await press(page.getByRole('link', { name: 'Look at it in the log' }))
  const call = page.getByRole('dialog', { name: 'Call' })
  await expect(call.getByText('test-small')).toBeVisible()
  await expect(call.getByText(/^chat/)).toBeVisible()
})

test('a token is made with a budget, its key is shown once, and it is tried in the playground', async ({
  stack,
  seatOf,
}) => {
  const { rest } = stack.operator.client
  await addTestChannel(rest)
  await rest.call(setModelConfig, {
    params: { model: 'test-small' },
    body: { price: { input: 1_000_000_000, output: 1_000_000_000 } },
  })
  const group = uniqueName('team')
  await rest.call(createGroup, { body: { id: group } })
  const { page, press } = await seatOf(stack.operator)
  await page.goto(`/relay/tokens?group=${group}`)
  await press(page.getByRole('button', { name: 'New token' }).first())
  const dialog = page.getByRole('dialog', { name: 'New token' })
  await dialog.getByLabel('Name').fill('Notebook')
  await dialog.getByLabel('Group').selectOption(group)
  await dialog.getByLabel('In total').fill('12.5')
  await press(dialog.getByRole('button', { name: 'Make token' }))
  const shown = page.getByRole('dialog', { name: 'Key of Notebook' })
  await expect(shown.getByRole('group', { name: 'Key' })).toHaveText(/^pk-/)
  await press(shown.getByRole('button', { name: 'Try it' }))

  await page.getByLabel('Model', { exact: true }).selectOption('test-small')
  await page.getByLabel('Message').fill('Good morning')
  await press(page.getByRole('button', { name: 'Send' }))
  const conversation = page.getByRole('log', { name: 'Conversation' })
  await expect(conversation.getByText(/You said: Good morning/)).toBeVisible()
  await expect(conversation.getByText(/first token after .* cost 0\.0/)).toBeVisible()

  await page.getByLabel('Model', { exact: true }).selectOption('slow-200')
  await page.getByLabel('Message').fill('one two three four five six seven eight nine ten eleven twelve')
  await press(page.getByRole('button', { name: 'Send' }))
  await expect(conversation.getByText(/You said: one/)).toBeVisible()
  await press(page.getByRole('button', { name: 'Stop' }))
  await expect(conversation.getByText('Stopped.')).toBeVisible()

  await page.goto(`/relay/tokens?group=${group}`)
  await expect(page.getByText(/^0\.\d+ of 12\.50$/).filter({ visible: true })).toBeVisible()
  await expect(page.getByText(/^pk-.{10,}/)).toHaveCount(0)
})

test('a member makes a token of their own in a group that is open to them, and sees nothing else', async ({
  stack,
  person,
  seatOf,
}) => {
  const { rest } = stack.operator.client
  const [open, shut] = [uniqueName('open'), uniqueName('shut')]
  await rest.call(createGroup, { body: { id: open, self_service: true } })
  await rest.call(createGroup, { body: { id: shut } })
  const lin = await person('lin')
  await rest.call(grantToPerson, { params: { id: lin.user.id }, body: { permission: 'relay:write', expiresAt: null } })
  const { page, press } = await seatOf(lin)
  await page.goto('/relay/tokens')
  await press(page.getByRole('button', { name: 'New token' }).first())
  const dialog = page.getByRole('dialog', { name: 'New token' })
  await expect(dialog.getByRole('option', { name: shut })).toHaveCount(0)
  await dialog.getByLabel('Name').fill('Mine')
  await dialog.getByLabel('Group').selectOption(open)
  await press(dialog.getByRole('button', { name: 'Make token' }))
  await press(page.getByRole('button', { name: 'I have kept it' }))
  await expect(page.getByText('Mine').filter({ visible: true })).toBeVisible()

  await press(page.getByRole('button', { name: 'Actions for Mine' }).filter({ visible: true }))
  await press(page.getByRole('menuitem', { name: 'Delete token' }))
  await press(page.getByRole('dialog').getByRole('button', { name: 'Delete token' }))
  await expect(page.getByText('No tokens yet')).toBeVisible()
  await page.goto('/relay/channels')
  await expect(page.getByText('This is not open to you')).toBeVisible()
})
