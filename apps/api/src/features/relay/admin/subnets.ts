import { isIP } from 'node:net'
import { invalidField } from '../../../platform/http/errors.ts'

const prefixMax: Record<number, number> = { 4: 32, 6: 128 }

const isSubnet = (text: string): boolean => {
  const [address = '', prefix, ...rest] = text.split('/')
  const max = prefixMax[isIP(address)]
  if (max === undefined || rest.length > 0) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= max)
}

/** Refuses what is neither a network in CIDR nor an address. */
export function requireSubnets(subnets: string[] | null | undefined): void {
  const wrong = subnets?.findIndex((subnet) => !isSubnet(subnet)) ?? -1
  if (wrong >= 0) throw invalidField(`body.subnets.${wrong}`, 'is no network such as 10.0.0.0/8, and no address')
}
