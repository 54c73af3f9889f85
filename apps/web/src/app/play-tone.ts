let context: AudioContext | undefined

/** Two soft notes, made here so that there is no file to fetch. Silent until the person has touched the page once. */
export const playTone = () => {
  if (!navigator.userActivation.hasBeenActive) return
  context ??= new AudioContext()
  const start = context.currentTime
  for (const [index, frequency] of [660, 880].entries()) {
    const tone = new OscillatorNode(context, { frequency })
    const volume = new GainNode(context, { gain: 0 })
    const from = start + index * 0.09
    volume.gain.setValueAtTime(0, from)
    volume.gain.linearRampToValueAtTime(0.06, from + 0.01)
    volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.22)
    tone.connect(volume).connect(context.destination)
    tone.start(from)
    tone.stop(from + 0.24)
  }
}
