/** Markdown as plain words on one line, for lists, quotes and notices. Ends early: a preview shows little. */
export const plainText = (markdown: string, lengthMax = 300) =>
  markdown
    .slice(0, lengthMax * 3)
    .replace(/```[\w-]*\n?/g, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+|\d+[.)]\s+)/gm, '')
    .replace(/(\*\*|__|~~|`)(?=\S)(.*?\S)\1/g, '$2')
    .replace(/(^|[\s(])([*_])(?=\S)([^*_\n]*\S)\2(?=$|[\s).,!?:;])/g, '$1$3')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, lengthMax)
