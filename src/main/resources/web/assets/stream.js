/** Characters of a stream that stay in view. The rest is one link away. */
export const VIEW_CHARS = 128 * 1024;

const encoder = new TextEncoder();
const REPLACED = "\uFFFD";

/**
 * The end of one output stream, put together from live frames and from what was fetched. Offsets count bytes. Where a
 * frame holds bytes that were not UTF-8 its text cannot tell how many they were: from then on the order of the frames
 * decides, and the record has the last word.
 */
export class StreamBuffer {
  text = "";
  /** Bytes seen from the start of the stream. */
  end = 0;
  /** Whether something was cut from the beginning of the view. */
  cut = false;
  /** Changes whenever the text changed otherwise than by growing. */
  epoch = 0;
  lossy = false;
  #held = null;
  #lastFrame = -1;

  /** Keeps frames back until `release`: their place is only known once the past was fetched. */
  hold() {
    this.#held ??= [];
  }

  /**
   * Adds what was fetched after `end`, up to the byte `next`, then the frames that came in the meantime. Returns whether
   * they fit.
   */
  release(fetched, next) {
    const frames = this.#held ?? [];
    this.#held = null;
    if (!this.lossy) {
      this.#append(this.end, fetched, this.end);
      this.end = next;
      this.lossy = false;
    }
    let fits = true;
    for (const [offset, text] of frames) fits = this.frame(offset, text) && fits;
    return fits;
  }

  /** Adds a live frame; what is known already is dropped. Returns false when bytes are missing before it. */
  frame(offset, text) {
    if (this.#held) {
      this.#held.push([offset, text]);
      return true;
    }
    if (this.lossy) {
      if (offset > this.#lastFrame) this.#append(offset, text, offset);
      return true;
    }
    if (offset > this.end) return false;
    this.#append(offset, this.#unknownPart(offset, text), this.end);
    return true;
  }

  /** Shows a stream of `size` bytes, of which `text` is the end, whatever was known before. */
  replace(text, size) {
    this.text = text;
    this.end = size;
    this.cut = false;
    this.lossy = false;
    this.epoch += 1;
    this.#held = null;
    this.#lastFrame = -1;
    this.#trim();
  }

  #unknownPart(offset, text) {
    if (offset === this.end) return text;
    const bytes = encoder.encode(text);
    return offset + bytes.length <= this.end ? "" : new TextDecoder().decode(bytes.subarray(this.end - offset));
  }

  #append(offset, text, from) {
    this.#lastFrame = Math.max(this.#lastFrame, offset);
    if (!text) return;
    this.lossy ||= text.includes(REPLACED);
    this.text += text;
    this.end = from + encoder.encode(text).length;
    if (this.text.length > 2 * VIEW_CHARS) this.#trim();
  }

  #trim() {
    if (this.text.length <= VIEW_CHARS) return;
    const start = this.text.length - VIEW_CHARS;
    const line = this.text.indexOf("\n", start);
    this.text = this.text.slice(line >= 0 && line - start < 4096 ? line + 1 : start);
    this.cut = true;
    this.epoch += 1;
  }
}
