import { expect, type Page } from '@playwright/test'
import { test, uniqueName } from './fixtures.ts'

/** Opens what somebody may do, and gives them another role. */
async function giveRole(
  page: Page,
  press: (target: ReturnType<Page['locator']>) => Promise<void>,
  name: string,
  role: string,
) {
  await page.goto('/admin/roles?view=people')
  await page.getByRole('searchbox', { name: 'Find people' }).fill(name)
  const list = page.getByRole('list', { name: 'People and their roles' })
  // A row that is pressed while the search is on its way may be replaced before it opens anything.
  await expect(list.getByRole('listitem')).toHaveCount(1)
  await press(list.getByRole('button', { name }))
  const dialog = page.getByRole('dialog', { name: `Access of ${name}` })
  await dialog.getByLabel('Role').selectOption({ label: role })
  await expect(page.getByText(`${name} now has the role ${role}`)).toBeVisible()
}

test('a role is made, granted, used on a page that was open all the time, and withdrawn', async ({
  stack,
  person,
  seatOf,
}) => {
  const lin = await person('lin')
  const admin = await seatOf(stack.operator)
  const member = await seatOf(lin)

  // An open page of somebody who may not invite.
  await member.page.goto('/settings/workspace')
  await expect(member.page.getByText('You are here')).toBeVisible()
  const invite = member.page.getByRole('region', { name: 'Invite people' })
  await expect(invite).toBeHidden()
  let loads = 0
  member.page.on('load', () => (loads += 1))

  const role = uniqueName('Host ')
  await admin.page.goto('/admin/roles?role=new')
  await admin.page.getByLabel('Name', { exact: true }).fill(role)
  await admin.page.getByLabel('Builds on').selectOption({ label: 'Member' })
  await admin.page.getByRole('checkbox', { name: 'People: Manage' }).check()
  await admin.press(admin.page.getByRole('button', { name: 'Make role' }))
  await expect(admin.page.getByRole('heading', { name: role })).toBeVisible()

  const { displayName } = lin.user
  await giveRole(admin.page, admin.press, displayName, role)
  await expect(invite).toBeVisible()
  await member.press(invite.getByRole('button', { name: 'Make invitation' }))
  await expect(invite.getByText('Copy this link now. It is not shown again.')).toBeVisible()

  await giveRole(admin.page, admin.press, displayName, 'Member')
  await expect(invite).toBeHidden()
  expect(loads).toBe(0)

  // Nobody has it now, so it can go.
  await admin.page.goto('/admin/roles')
  await admin.press(admin.page.getByRole('button', { name: role }))
  await admin.press(admin.page.getByRole('button', { name: 'Delete role' }))
  await admin.press(admin.page.getByRole('dialog').getByRole('button', { name: 'Delete role' }))
  await expect(admin.page.getByText('Role deleted')).toBeVisible()
  await expect(admin.page.getByRole('button', { name: role })).toBeHidden()
})
