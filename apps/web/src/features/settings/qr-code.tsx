import { encode } from 'uqr'

/** Modules of quiet around the code, without which a camera does not find it. */
const border = 4

/** A QR code, drawn as one path. Dark on light in both schemes: many scanners read no other. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border, ecc: 'M' })
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="light bg-panel text-fg size-48 self-center rounded-lg"
    >
      <path d={path} fill="currentColor" />
    </svg>
  )
}
