import { createSystem, defineConfig } from '@chakra-ui/react'
import { defaultBaseConfig } from '@chakra-ui/react/preset-base'
import { recipes, slotRecipes } from './recipes.ts'
import { keyframes, semanticTokens, textStyles, tokens } from './tokens.ts'

/** Chakra's style engine with Parley's tokens and recipes, and none of Chakra's own. */
export const system = createSystem(
  defaultBaseConfig,
  defineConfig({
    cssVarsPrefix: 'parley',
    preflight: true,
    theme: {
      breakpoints: { md: '700px', lg: '1100px' },
      tokens,
      semanticTokens,
      textStyles,
      keyframes,
      recipes,
      slotRecipes,
    },
  }),
)
