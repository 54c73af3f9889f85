/** A tenth of a second of silence: WAV, 8 kHz, 8 bit, one channel. */
export const silence = waveOf(800)

/** A picture of one transparent pixel. */
export const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='

function waveOf(samples: number): Buffer {
  const wave = Buffer.alloc(44 + samples, 128)
  wave.write('RIFF', 0)
  wave.writeUInt32LE(36 + samples, 4)
  wave.write('WAVEfmt ', 8)
  wave.writeUInt32LE(16, 16)
  wave.writeUInt16LE(1, 20)
  wave.writeUInt16LE(1, 22)
  wave.writeUInt32LE(8000, 24)
  wave.writeUInt32LE(8000, 28)
  wave.writeUInt16LE(1, 32)
  wave.writeUInt16LE(8, 34)
  wave.write('data', 36)
  wave.writeUInt32LE(samples, 40)
  return wave
}

/** A frame of silence: MPEG 1 layer III, 128 kbit/s, 44.1 kHz. */
export const silentFrame = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64])], 417)
