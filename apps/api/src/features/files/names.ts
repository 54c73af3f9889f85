const nameBytesMax = 255

/** Control characters, and those that turn the direction of text, with which `gpj.exe` can be made to look like a picture. */
// oxlint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

/** The name to show and to save under: no path, nothing invisible, never empty, at most 255 bytes with its ending kept. */
export function cleanName(given: string): string {
  const base = given.split(/[\\/]/).at(-1) ?? ''
  const visible = base.toWellFormed().normalize('NFC').replace(unsafe, '').trim().replace(/^\.+/, '')
  if (visible === '') return 'file'
  if (Buffer.byteLength(visible) <= nameBytesMax) return visible
  const ending = /\.[^.]{1,16}$/u.exec(visible)?.[0] ?? ''
  let stem = visible.slice(0, visible.length - ending.length)
  while (Buffer.byteLength(stem + ending) > nameBytesMax) stem = Array.from(stem).slice(0, -1).join('')
  return stem + ending
}
