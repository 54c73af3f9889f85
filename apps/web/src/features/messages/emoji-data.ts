import shortcodes from 'emojibase-data/en/shortcodes/github.json'
import english from 'emojibase-data/en/compact.json'
import type { CompactEmoji } from 'emojibase'
