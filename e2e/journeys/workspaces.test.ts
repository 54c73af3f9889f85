import { expect } from '@playwright/test'
import { createWorkspace, createWorkspaceInvite } from '@parley/protocol/workspaces'
import { test, uniqueName } from './fixtures.ts'
import type { Person } from '../people.ts'

/** Makes a workspace as the operator, who comes back, and a link into it. */
async function openWorkspace({ client: { rest, session } }: Person) {
  const name = uniqueName('Team ')
  const { workspace } = await rest.call(createWorkspace, {
    body: { name, slug: name.toLowerCase().replaceAll(' ', '-') },
  })
  await session.switchWorkspace(workspace.id)
  const { link } = await rest.call(createWorkspaceInvite, { body: {} })
  await session.switchWorkspace('1')
  return { workspace, link: new URL(link, 'http://localhost').pathname }
}

test("a suspended workspace says so on its members' open pages within a second", async ({ stack, person, seatOf }) => {
  const { workspace, link } = await openWorkspace(stack.operator)
  const lin = await person('lin', link.slice('/join/'.length))
  const { page } = await seatOf(lin)
  await page.goto('/')
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible()

  const office = await seatOf(stack.operator)
  await office.page.goto('/admin/workspaces')
  await office.page.getByRole('searchbox', { name: 'Find a workspace' }).fill(workspace.slug)
  await office.press(office.page.getByRole('button', { name: `Suspend ${workspace.name}` }))
  const done = office.page.waitForResponse((response) => response.request().method() === 'PATCH')
  await office.press(office.page.getByRole('dialog').getByRole('button', { name: 'Suspend' }))
  await done
  await expect(page.getByText('This workspace is closed for now')).toBeVisible({ timeout: 1_000 })
  await page.getByRole('button', { name: 'Go to another workspace' }).click()
  await expect(page.getByText('You are in no other workspace that is open.')).toBeVisible()
  await page.reload()
  await expect(page.getByText('This workspace is closed for now')).toBeVisible()

  // Opened again, it finds its people signed in.
  await office.press(office.page.getByRole('button', { name: `Open ${workspace.name} again` }))
  await expect(office.page.getByRole('button', { name: `Suspend ${workspace.name}` })).toBeVisible()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible()
})

test('an invitation is accepted with an account, and both workspaces are a choice away', async ({
  stack,
  person,
  seatOf,
}) => {
  const { workspace, link } = await openWorkspace(stack.operator)
  const mei = await person('mei')
  const { page, press } = await seatOf(mei)
  await page.goto(link)
  await expect(page.getByRole('heading', { name: workspace.name })).toBeVisible()
  await press(page.getByRole('button', { name: 'Join' }))
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible()

  await page.goto('/settings/workspace')
  await expect(page.getByText('You are here')).toBeVisible()
  const other = page.context().pages().length === 1 ? await page.context().newPage() : page
  await other.goto('/people')
  await press(page.getByRole('button', { name: /^Open / }))
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible()
  // The other tab follows instead of being signed out.
  await expect(other).toHaveURL(/\/$/)
  await other.goto('/settings/workspace')
  await expect(other.getByRole('button', { name: `Open ${workspace.name}` })).toBeVisible()
})

test('who has no account makes one by the invitation and is in that workspace', async ({ stack, seat }) => {
  const { workspace, link } = await openWorkspace(stack.operator)
  const { page, press } = await seat()
  await page.goto(link)
  await press(page.getByRole('link', { name: 'Make an account' }))
  const name = uniqueName('new')
  await page.getByLabel('E-mail').fill(`${name}@example.com`)
  await page.getByLabel('Username').fill(name)
  await page.getByLabel('Password', { exact: true }).fill('a long password')
  await press(page.getByRole('button', { name: 'Make account' }))
  await expect(page.getByRole('navigation', { name: 'Conversations' })).toBeVisible()
  await page.goto('/settings/workspace')
  await expect(page.getByText(workspace.name)).toBeVisible()
})
