/** Makes a phone's photo small enough to send over a bad line. */

export const LONGEST_SIDE = 1920
const QUALITY = 0.85

/** Width and height so that the longer side is at most `longest`; never larger than they were. */
export function fit(width: number, height: number, longest: number): readonly [number, number] {
  const scale = Math.min(1, longest / Math.max(width, height, 1))
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
}

/**
 * The photo as a JPEG with its longer side at most 1920 pixels, upright, without what the phone wrote beside the picture.
 * A file that the browser cannot read is sent as it is: the server says what is wrong with it.
 */
export async function prepare(file: Blob): Promise<Blob> {
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' })
  } catch {
    return file
  }
  const [width, height] = fit(bitmap.width, bitmap.height, LONGEST_SIDE)
  const canvas = new OffscreenCanvas(width, height)
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, width, height)
  bitmap.close()
  return canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY })
}
