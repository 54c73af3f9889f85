import type { GroupConversation, PrivateConversation } from '../conversation.ts'
import { customers } from './customers.ts'
import { design } from './design.ts'
import { direct } from './direct.ts'
import { engineering } from './engineering.ts'
import { onCall } from './on-call.ts'
import { release } from './release.ts'
import { social } from './social.ts'

/** Every conversation but the one of thousands. The first two are kept on top of the list. */
export const conversations: (GroupConversation | PrivateConversation)[] = [
  release,
  onCall,
  design,
  customers,
  ...engineering,
  ...social,
  ...direct,
]
